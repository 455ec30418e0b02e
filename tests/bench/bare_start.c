/* SPDX-License-Identifier: 0BSD
 *
 * What a start costs at least: a program that writes five bytes and nothing
 * else, linked as osbox is.
 */
#include <unistd.h>

int main(void) {
    return write(STDOUT_FILENO, "1234\n", 5) != 5;
}
