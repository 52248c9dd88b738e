"""A made-up address database and its shares (check_geoip)."""
import ipaddress, json, os, subprocess, sys
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from expect import expect, finish
program, work = sys.argv[1:]

def head(kind, size):
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])

KINDS = {"record_size": 5, "ip_version": 5, "binary_format_major_version": 5,
         "binary_format_minor_version": 5, "build_epoch": 9}  # uint16 and uint64; else uint32

def encode(value, kind=6):
    if isinstance(value, dict):
        return head(7, len(value)) + b"".join(encode(k) + encode(v, KINDS.get(k, 6))
                                              for k, v in value.items())
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(encode(v) for v in value)
    if isinstance(value, str):
        return head(2, len(value)) + value.encode()
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return head(kind, len(data)) + data

def write(path, kind, places):
    nodes, data = [[None, None]], b""
    for network, place in places.items():
        network = ipaddress.ip_network(network)
        bits = [int(network.network_address) >> 31 - i & 1 for i in range(network.prefixlen)]
        at = 0
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes[at][bit] = len(nodes)
                nodes.append([None, None])
            at = nodes[at][bit]
        nodes[at][bits[-1]] = ("data", len(data))
        data += encode(place)
    def record(value):
        if value is None:
            return len(nodes)
        return value if isinstance(value, int) else len(nodes) + 16 + value[1]
    tree = b"".join(record(side).to_bytes(3, "big") for node in nodes for side in node)
    meta = {"node_count": len(nodes), "record_size": 24, "ip_version": 4, "database_type": kind,
            "languages": ["en"], "binary_format_major_version": 2,
            "binary_format_minor_version": 0, "build_epoch": 1, "description": {"en": "test"}}
    with open(path, "wb") as file:
        file.write(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(meta))

write(work + "/asn.mmdb", "GeoLite2-ASN", {
    "198.51.100.0/24": {"autonomous_system_number": 64500,
                        "autonomous_system_organization": "Harbour"},
    "192.0.2.0/24": {"autonomous_system_number": 64501,
                     "autonomous_system_organization": "Town"}})
write(work + "/country.mmdb", "GeoLite2-Country", {
    "198.51.100.0/24": {"country": {"iso_code": "NL"}}, "192.0.2.0/24": {"country": {"iso_code": "BE"}}})
arguments = ["-c", "samples/postfix", "--map-root", "samples/postfix", "--dns", "samples/dns.jsonl",
             "--labels", "samples/labels.jsonl", "--enable", "reject_unknown_client_hostname",
             "samples/mail.log.1.gz", "samples/mail.log", "samples/bd-mail.log"]
places = ["--geoip", work + "/asn.mmdb", "--geoip", work + "/country.mmdb"]

def replay(how, *more):
    return subprocess.run([program, "replay", how, *more, *arguments], check=True, timeout=60,
                          capture_output=True).stdout.decode()

without = json.loads(replay("--json"))["candidate"]["assessment"]["losers"]
losers = json.loads(replay("--json", *places))["candidate"]["assessment"]["losers"]
lost = {loser["key"]: loser["ham_lost"] for loser in without["networks"]}
for key, names in (("asns", ("AS64500", "AS64501")), ("countries", ("NL", "BE"))):
    got = {loser["key"]: loser["ham_lost"] for loser in losers[key]}
    expect(key, (got.get(names[0]), got.get(names[1])),
           (lost["198.51.100.0/24"], lost["192.0.2.0/24"]))
    expect(key + ", all", sum(got.values()), sum(lost.values()))
expect("nameless clients by their system", losers["organisations"][0]["key"], "AS64500")
expect("without a database", [loser["key"] for loser in without["asns"]], [None])
text = replay("--text", *places)
for words in "autonomous systems\n", "  countries\n", "  NL\n", "  AS64501\n":
    if words not in text:
        expect("the text", "lacks " + repr(words), "it")
if "autonomous systems" in replay("--text"):
    expect("the text without a database", "autonomous systems", "nothing of them")
finish()
