/* SPDX-License-Identifier: 0BSD
 *
 * Runs a fuzz target over files, and over the files of directories (not of
 * those below), without libFuzzer: the corpus as a regression test.
 * Usage: TARGET FILE|DIR...
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs;

static bool run_file(const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size + 1);
    bool ok = file && data && fread(data, 1, size, file) == size;
    if (ok) {
        LLVMFuzzerTestOneInput(data, size);
        inputs++;
    } else {
        perror(path);
    }
    free(data);
    if (file)
        fclose(file);
    return ok;
}

static bool run_directory(const char *path);

static bool run(const char *path, bool enter) {
    struct stat st;
    if (stat(path, &st) != 0) {
        perror(path);
        return false;
    }
    if (S_ISDIR(st.st_mode))
        return !enter || run_directory(path);
    return run_file(path, (size_t)st.st_size);
}

static bool run_directory(const char *path) {
    DIR *dir = opendir(path);
    bool ok = true;
    if (!dir) {
        perror(path);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        char child[4096];
        if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child)
            ok = false;
        else
            ok &= run(child, false);
    }
    closedir(dir);
    return ok;
}

int main(int argc, char **argv) {
    bool ok = argc > 1;
    for (int i = 1; i < argc; i++)
        ok &= run(argv[i], true);
    printf("%lu inputs\n", inputs);
    return ok && inputs > 0 ? 0 : 1;
}
