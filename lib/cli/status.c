/* SPDX-License-Identifier: 0BSD
 *
 * Exit statuses and the names of errors.
 */
#include <errno.h>
#include <stddef.h>

#include "cli/status.h"

/* Names are in the rows, not pointers, which would be relocated at start. */
static const struct {
    short errnum;
    char name[18];
} errors[] = {
    { EPERM, "EPERM" },
    { ENOENT, "ENOENT" },
    { ESRCH, "ESRCH" },
    { EINTR, "EINTR" },
    { EIO, "EIO" },
    { ENXIO, "ENXIO" },
    { E2BIG, "E2BIG" },
    { ENOEXEC, "ENOEXEC" },
    { EBADF, "EBADF" },
    { ECHILD, "ECHILD" },
    { EAGAIN, "EAGAIN" },
    { ENOMEM, "ENOMEM" },
    { EACCES, "EACCES" },
    { EFAULT, "EFAULT" },
    { ENOTBLK, "ENOTBLK" },
    { EBUSY, "EBUSY" },
    { EEXIST, "EEXIST" },
    { EXDEV, "EXDEV" },
    { ENODEV, "ENODEV" },
    { ENOTDIR, "ENOTDIR" },
    { EISDIR, "EISDIR" },
    { EINVAL, "EINVAL" },
    { ENFILE, "ENFILE" },
    { EMFILE, "EMFILE" },
    { ENOTTY, "ENOTTY" },
    { ETXTBSY, "ETXTBSY" },
    { EFBIG, "EFBIG" },
    { ENOSPC, "ENOSPC" },
    { ESPIPE, "ESPIPE" },
    { EROFS, "EROFS" },
    { EMLINK, "EMLINK" },
    { EPIPE, "EPIPE" },
    { EDOM, "EDOM" },
    { ERANGE, "ERANGE" },
    { EDEADLK, "EDEADLK" },
    { ENAMETOOLONG, "ENAMETOOLONG" },
    { ENOLCK, "ENOLCK" },
    { ENOSYS, "ENOSYS" },
    { ENOTEMPTY, "ENOTEMPTY" },
    { ELOOP, "ELOOP" },
    { ENOMSG, "ENOMSG" },
    { EIDRM, "EIDRM" },
    { ECHRNG, "ECHRNG" },
    { EL2NSYNC, "EL2NSYNC" },
    { EL3HLT, "EL3HLT" },
    { EL3RST, "EL3RST" },
    { ELNRNG, "ELNRNG" },
    { EUNATCH, "EUNATCH" },
    { ENOCSI, "ENOCSI" },
    { EL2HLT, "EL2HLT" },
    { EBADE, "EBADE" },
    { EBADR, "EBADR" },
    { EXFULL, "EXFULL" },
    { ENOANO, "ENOANO" },
    { EBADRQC, "EBADRQC" },
    { EBADSLT, "EBADSLT" },
    { EBFONT, "EBFONT" },
    { ENOSTR, "ENOSTR" },
    { ENODATA, "ENODATA" },
    { ETIME, "ETIME" },
    { ENOSR, "ENOSR" },
    { ENONET, "ENONET" },
    { ENOPKG, "ENOPKG" },
    { EREMOTE, "EREMOTE" },
    { ENOLINK, "ENOLINK" },
    { EADV, "EADV" },
    { ESRMNT, "ESRMNT" },
    { ECOMM, "ECOMM" },
    { EPROTO, "EPROTO" },
    { EMULTIHOP, "EMULTIHOP" },
    { EDOTDOT, "EDOTDOT" },
    { EBADMSG, "EBADMSG" },
    { EOVERFLOW, "EOVERFLOW" },
    { ENOTUNIQ, "ENOTUNIQ" },
    { EBADFD, "EBADFD" },
    { EREMCHG, "EREMCHG" },
    { ELIBACC, "ELIBACC" },
    { ELIBBAD, "ELIBBAD" },
    { ELIBSCN, "ELIBSCN" },
    { ELIBMAX, "ELIBMAX" },
    { ELIBEXEC, "ELIBEXEC" },
    { EILSEQ, "EILSEQ" },
    { ERESTART, "ERESTART" },
    { ESTRPIPE, "ESTRPIPE" },
    { EUSERS, "EUSERS" },
    { ENOTSOCK, "ENOTSOCK" },
    { EDESTADDRREQ, "EDESTADDRREQ" },
    { EMSGSIZE, "EMSGSIZE" },
    { EPROTOTYPE, "EPROTOTYPE" },
    { ENOPROTOOPT, "ENOPROTOOPT" },
    { EPROTONOSUPPORT, "EPROTONOSUPPORT" },
    { ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT" },
    { EOPNOTSUPP, "EOPNOTSUPP" },
    { EPFNOSUPPORT, "EPFNOSUPPORT" },
    { EAFNOSUPPORT, "EAFNOSUPPORT" },
    { EADDRINUSE, "EADDRINUSE" },
    { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
    { ENETDOWN, "ENETDOWN" },
    { ENETUNREACH, "ENETUNREACH" },
    { ENETRESET, "ENETRESET" },
    { ECONNABORTED, "ECONNABORTED" },
    { ECONNRESET, "ECONNRESET" },
    { ENOBUFS, "ENOBUFS" },
    { EISCONN, "EISCONN" },
    { ENOTCONN, "ENOTCONN" },
    { ESHUTDOWN, "ESHUTDOWN" },
    { ETOOMANYREFS, "ETOOMANYREFS" },
    { ETIMEDOUT, "ETIMEDOUT" },
    { ECONNREFUSED, "ECONNREFUSED" },
    { EHOSTDOWN, "EHOSTDOWN" },
    { EHOSTUNREACH, "EHOSTUNREACH" },
    { EALREADY, "EALREADY" },
    { EINPROGRESS, "EINPROGRESS" },
    { ESTALE, "ESTALE" },
    { EUCLEAN, "EUCLEAN" },
    { ENOTNAM, "ENOTNAM" },
    { ENAVAIL, "ENAVAIL" },
    { EISNAM, "EISNAM" },
    { EREMOTEIO, "EREMOTEIO" },
    { EDQUOT, "EDQUOT" },
    { ENOMEDIUM, "ENOMEDIUM" },
    { EMEDIUMTYPE, "EMEDIUMTYPE" },
    { ECANCELED, "ECANCELED" },
    { ENOKEY, "ENOKEY" },
    { EKEYEXPIRED, "EKEYEXPIRED" },
    { EKEYREVOKED, "EKEYREVOKED" },
    { EKEYREJECTED, "EKEYREJECTED" },
    { EOWNERDEAD, "EOWNERDEAD" },
    { ENOTRECOVERABLE, "ENOTRECOVERABLE" },
    { ERFKILL, "ERFKILL" },
};

const char *cli_errno_name(int errnum) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].errnum == errnum)
            return errors[i].name;
    return "EUNKNOWN";
}

int cli_errno_status(int errnum) {
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case ENODATA:
    case ESRCH:
    case ECHILD:
        return CLI_EX_NOINPUT;
    case ENOSYS:
    case EOPNOTSUPP:
    case ENOTTY:
        return CLI_EX_UNAVAILABLE;
    case EEXIST:
    case EROFS:
        return CLI_EX_CANTCREAT;
    case EAGAIN:
    case EBUSY:
        return CLI_EX_TEMPFAIL;
    case EPROTO:
        return CLI_EX_PROTOCOL;
    case EPERM:
    case EACCES:
        return CLI_EX_NOPERM;
    default:
        return CLI_EX_OSERR;
    }
}

const char *cli_status_name(int status) {
    switch (status) {
    case CLI_EX_USAGE:
        return "EX_USAGE";
    case CLI_EX_DATAERR:
        return "EX_DATAERR";
    case CLI_EX_NOINPUT:
        return "EX_NOINPUT";
    case CLI_EX_NOUSER:
        return "EX_NOUSER";
    case CLI_EX_UNAVAILABLE:
        return "EX_UNAVAILABLE";
    case CLI_EX_OSERR:
        return "EX_OSERR";
    case CLI_EX_CANTCREAT:
        return "EX_CANTCREAT";
    case CLI_EX_IOERR:
        return "EX_IOERR";
    case CLI_EX_TEMPFAIL:
        return "EX_TEMPFAIL";
    case CLI_EX_PROTOCOL:
        return "EX_PROTOCOL";
    case CLI_EX_NOPERM:
        return "EX_NOPERM";
    default:
        return "EX_SOFTWARE";
    }
}
