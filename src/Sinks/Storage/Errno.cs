namespace ActorLog.Sinks.Storage;

/// <summary>Linux error numbers by name; the numbers are the same on x86-64 and arm64.</summary>
internal static class Errno
{
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENOSYS = 38;

    internal static string Name(int number) => number switch
    {
        1 => "EPERM",
        ENOENT => "ENOENT",
        EINTR => "EINTR",
        5 => "EIO",
        6 => "ENXIO",
        9 => "EBADF",
        EAGAIN => "EWOULDBLOCK",
        12 => "ENOMEM",
        13 => "EACCES",
        16 => "EBUSY",
        EEXIST => "EEXIST",
        18 => "EXDEV",
        20 => "ENOTDIR",
        21 => "EISDIR",
        EINVAL => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        26 => "ETXTBSY",
        27 => "EFBIG",
        28 => "ENOSPC",
        30 => "EROFS",
        31 => "EMLINK",
        36 => "ENAMETOOLONG",
        ENOSYS => "ENOSYS",
        40 => "ELOOP",
        95 => "EOPNOTSUPP",
        107 => "ENOTCONN",
        116 => "ESTALE",
        122 => "EDQUOT",
        _ => $"errno {number}",
    };
}
