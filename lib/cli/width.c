/* SPDX-License-Identifier: 0BSD
 *
 * Terminal widths of characters, from a generated table: independent of the
 * locale.
 */
#include <stddef.h>
#include <stdint.h>

#include "cli/table.h"

static const struct {
    uint32_t first, last;
    uint32_t width;
} ranges[] = {
#include "cli/width_table.h"
};

unsigned cli_width(unsigned cp) {
    if (cp < 0x300)
        return cp == 0 ? 0 : 1;
    size_t low = 0, high = sizeof ranges / sizeof ranges[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (cp > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof ranges / sizeof ranges[0] && cp >= ranges[low].first ? ranges[low].width
                                                                             : 1;
}
