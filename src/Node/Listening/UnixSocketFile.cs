using System.Net.Sockets;

namespace ActorLog.Node.Listening;

/// <summary>The file of a unix socket: a stale one is replaced, one that is in use is not.</summary>
internal static class UnixSocketFile
{
    // sun_path of sockaddr_un holds 108 bytes with its NUL on Linux, 104 on macOS.
    private const int PathBytesMax = 103;

    /// <summary>Makes way for a bind; null when the path is free, else why it is not.</summary>
    public static BindFault? Clear(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > PathBytesMax)
        {
            return new BindFault(
                $"bind {path}: the path is longer than {PathBytesMax} bytes",
                "a unix socket's path is that short on every system: choose a shorter one");
        }

        if (Directory.Exists(path))
        {
            return NotASocket(path, "a directory");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        // A regular file answers ECONNREFUSED too, as a stale socket does: only a socket may be removed.
        if (IdentityOf(path) is null)
        {
            return NotASocket(path, "a file that is not a socket");
        }

        return IsHeld(path) ? BindFault.Of(path, SocketError.AddressAlreadyInUse) : TryDelete(path);
    }

    /// <summary>
    /// Removes the file at the end, if it is still the same: one of somebody else stays. One that is gone, or cannot be removed, is
    /// found stale at the next start.
    /// </summary>
    public static void Remove(string path, SocketFileIdentity? own)
    {
        if (own is not null && IdentityOf(path) == own)
        {
            _ = TryDelete(path);
        }
    }

    /// <summary>Which socket stands at a path; null when there is none, or something else.</summary>
    public static SocketFileIdentity? IdentityOf(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // A unix socket is a reparse point there.
            return File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint)
                ? default(SocketFileIdentity) : null;
        }

        return Libc.SocketFileAt(path);
    }

    private static BindFault NotASocket(string path, string what) =>
        new($"bind {path}: there is {what}", "remove it by hand if it is not needed, or choose another path");

    private static BindFault? TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new BindFault(
                $"unlink {path}: {fault.Message}",
                $"let this user write to {Path.GetDirectoryName(path)}, or remove the stale socket by hand");
        }
    }

    /// <summary>Somebody answers on it, as a stream or as a datagram socket (then a stream gets EPROTOTYPE).</summary>
    private static bool IsHeld(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Without blocking: a listener with a full queue answers EAGAIN, and is alive.
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
                && (fault.SocketErrorCode != SocketError.ProtocolType || DatagramIsHeld(path));
        }
    }

    private static bool DatagramIsHeld(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
