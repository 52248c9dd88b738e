"""The SMTP client of the families: logins, TLS with certificates, impatient talk, parameters of MAIL."""
import base64
import queue
import socket
import ssl
import threading


class Talk:
    def __init__(self, source, port):
        six = ":" in source
        self.socket = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.bind((source, 0))
        self.socket.connect(("::1" if six else "127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def reply(self):
        lines = []
        while True:
            line = self.file.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                return "000", "connection lost"
            lines.append(line[4:])
            if line[3:4] != "-":
                return line[:3], " ".join(lines)

    def write(self, text):
        self.socket.sendall(text.encode("latin-1"))

    def say(self, command):
        self.write(command + "\r\n")
        return self.reply()

    def start_tls(self, folder, which):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if which != "plain":
            context.load_cert_chain("%s/%s.pem" % (folder, which), "%s/%s.key" % (folder, which))
        self.file.close()
        self.socket = context.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()


class Refused(Exception):
    """The session is over; args: stage, reply."""


def greet(talk, session, certificates):
    """Everything up to the first MAIL; the reply of a MAIL that was sent too early, or None."""
    answer = talk.reply()
    if answer[0] != "220":
        raise Refused("CONNECT", answer)
    if not session["greeting"]:
        return None
    hello = "%s %s" % (session["greeting"], session["helo"])
    if session["early"]:
        talk.write(hello + "\r\nNOOP\r\n")
        answer = talk.reply()
        if answer[0] != "000":
            talk.reply()
    else:
        answer = talk.say(hello)
    if answer[0] != "250":
        if answer[0] in ("000", "421", "521"):
            raise Refused("HELO", answer)
        return answer
    if session["tls"] and " STARTTLS" in " " + answer[1]:
        if talk.say("STARTTLS")[0] == "220":
            talk.start_tls(certificates, session["tls"])
            answer = talk.say(hello)
            if answer[0] != "250":
                return answer
    if session["login"]:
        secret = "\0%s\0secret" % session["login"]
        talk.say("AUTH PLAIN " + base64.b64encode(secret.encode()).decode())
    if session["asks"]:
        talk.say(session["asks"])
    return None


def send_mail(talk, mail, record):
    """One mail; True when the session may go on."""
    answer = talk.say(" ".join(["MAIL FROM:<%s>" % mail["sender"]] + mail["parameters"]))
    if answer[0] != "250":
        record(mail, mail["rcpts"], "MAIL", answer, None)
        talk.say("RSET")
        return answer[0] not in ("421", "521", "000")
    good = []
    for one in mail["rcpts"]:
        answer = talk.say("RCPT TO:<%s>" % one)
        if answer[0] == "250":
            good.append(one)
        else:
            record(mail, [one], "RCPT", answer, None)
        if answer[0] in ("421", "521", "000"):
            record(mail, good + mail["rcpts"][mail["rcpts"].index(one) + 1:], "LOST", ("000", ""), None)
            return False
    if not good:
        return talk.say("RSET")[0] == "250"
    impatient = mail["id"] % 11 == 7  # the content, or else a command, comes before the reply to DATA
    talk.write("DATA\r\nNOOP\r\n" if impatient else "DATA\r\n")
    answer = talk.reply()
    if impatient and answer[0] not in ("354", "421", "521", "000"):
        talk.reply()
    if answer[0] != "354":
        record(mail, good, "DATA", answer, None)
        return talk.say("RSET")[0] == "250"
    answer = talk.say("Message-ID: <m%d@one.example>\r\nSubject: %d\r\n\r\n%s\r\n." % (mail["id"], mail["id"], "\r\n".join(["x" * 70] * (mail["bytes"] // 72))))
    queue_id = answer[1].rsplit("queued as ", 1)[1].split()[0] if "queued as " in answer[1] else None
    record(mail, good, "END-OF-MESSAGE", answer, queue_id)
    if answer[0] != "250":
        talk.say("RSET")
    return answer[0] not in ("421", "521", "000")


def play_session(session, port, certificates, record):
    talk = Talk(session["address"], port)
    left = list(session["mails"])
    try:
        refused = greet(talk, session, certificates)
        if refused:  # a refused HELO is the end for an honest client
            raise Refused("HELO", refused)
        while left:
            if not send_mail(talk, left.pop(0), record):
                raise Refused("LOST", ("000", ""))
        talk.say("QUIT")
    except Refused as end:
        for mail in left:
            record(mail, mail["rcpts"], end.args[0], end.args[1], None)
    except OSError as error:
        for mail in left:
            record(mail, mail["rcpts"], "LOST", ("000", str(error)), None)
    finally:
        talk.close()


def play(world, port, certificates, workers=24):
    """Plays all sessions; gives {(mail, recipient): row}."""
    todo, rows, lock = queue.Queue(), {}, threading.Lock()

    def record(mail, rcpts, stage, answer, queue_id):
        with lock:
            for one in rcpts:
                rows[(mail["id"], one)] = {"mail": mail["id"], "rcpt": one, "sender": mail["sender"], "stage": stage, "code": answer[0],
                                           "text": answer[1], "queue_id": queue_id}

    def work():
        while True:
            try:
                session = todo.get_nowait()
            except queue.Empty:
                return
            try:
                play_session(session, port, certificates, record)
            except OSError:
                for mail in session["mails"]:
                    record(mail, mail["rcpts"], "LOST", ("000", "no connection"), None)

    for session in world["sessions"]:
        todo.put(session)
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return rows
