/* SPDX-License-Identifier: MIT */
/* sched_symbols.c - addresses as words: the nearest symbol of the file that the address lies in, static ones too.
 *
 * While a report is written; slow.  Absolute addresses are not printed: they differ from run to run.
 * Knows: ELF.  Must not know: why somebody asks.
 */
#include "sched_internal.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct image {
    const unsigned char *bytes;
    size_t size;
};

static struct image image_open(const char *path)
{
    struct image image = { NULL, 0 };
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return image;
    if (fstat(fd, &info) == 0 && info.st_size > (off_t)sizeof(ElfW(Ehdr))) {
        void *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

        if (bytes != MAP_FAILED)
            image = (struct image){ bytes, (size_t)info.st_size };
    }
    close(fd);
    return image;
}

/* The symbol with the highest address up to `offset`; NULL: none. */
static const char *nearest(const struct image *image, const ElfW(Shdr) * table,
                           const ElfW(Shdr) * names, ElfW(Addr) offset, ElfW(Addr) * ret_start)
{
    const ElfW(Sym) *symbols = (const void *)(image->bytes + table->sh_offset);
    const char *found = NULL;

    for (size_t i = 0; i < table->sh_size / sizeof(*symbols); i++) {
        unsigned type = symbols[i].st_info & 15;

        if ((type != STT_FUNC && type != STT_OBJECT) || symbols[i].st_value > offset ||
            offset - symbols[i].st_value >= (symbols[i].st_size != 0 ? symbols[i].st_size : 1))
            continue;
        found = (const char *)image->bytes + names->sh_offset + symbols[i].st_name;
        *ret_start = symbols[i].st_value;
    }
    return found;
}

static const char *find(const struct image *image, ElfW(Addr) offset, ElfW(Addr) * ret_start)
{
    const ElfW(Ehdr) *head = (const void *)image->bytes;
    const ElfW(Shdr) * sections;

    if (image->bytes == NULL || head->e_shoff == 0 ||
        head->e_shoff + head->e_shnum * sizeof(*sections) > image->size)
        return NULL;
    sections = (const void *)(image->bytes + head->e_shoff);
    for (unsigned i = 0; i < head->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < head->e_shnum)
            return nearest(image, &sections[i], &sections[sections[i].sh_link], offset,
                           ret_start);
    return NULL;
}

void sched_print_address(int fd, const void *address)
{
    Dl_info info;
    struct image image;
    const char *file, *name;
    size_t offset;
    ElfW(Addr) start = 0;

    if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
        dprintf(fd, "somewhere");
        return;
    }
    file = strrchr(info.dli_fname, '/');
    file = file != NULL ? file + 1 : info.dli_fname;
    offset = (size_t)((const char *)address - (const char *)info.dli_fbase);
    image = image_open(info.dli_fname);
    name = find(&image, offset, &start);
    if (name == NULL && info.dli_sname != NULL) {
        name = info.dli_sname;
        start = offset - (size_t)((const char *)address - (const char *)info.dli_saddr);
    }
    if (name != NULL)
        dprintf(fd, "%s+0x%zx (%s+0x%zx)", name, offset - start, file, offset);
    else
        dprintf(fd, "(%s+0x%zx)", file, offset);
    if (image.bytes != NULL)
        munmap((void *)image.bytes, image.size);
}
