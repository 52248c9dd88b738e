#include <stdio.h>

int main(void)
{
    puts("mailwhatif");
    return 0;
}
