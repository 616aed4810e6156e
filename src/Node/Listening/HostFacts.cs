using System.Globalization;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>What Linux says about who may bind what. Elsewhere, and where it cannot be read: nothing.</summary>
/// <param name="root">Where /proc and /sys are mounted.</param>
internal sealed class HostFacts(string root = "/")
{
    private const int PrivilegedPortsDefault = 1024;

    /// <summary>Ports below it need a capability.</summary>
    public int UnprivilegedPortStart =>
        int.TryParse(Read("proc/sys/net/ipv4/ip_unprivileged_port_start"), CultureInfo.InvariantCulture, out var port)
            ? port
            : OperatingSystem.IsWindows() ? 0 : PrivilegedPortsDefault;

    /// <summary>SELinux is there and denies.</summary>
    public bool SelinuxEnforces => Read("sys/fs/selinux/enforce") == "1";

    /// <summary>The SELinux context of this process.</summary>
    public string SelinuxContext => Read("proc/self/attr/current");

    /// <summary>" by NAME (pid N)" for the process that holds a port, or nothing if that cannot be seen.</summary>
    public string HolderOf(SourceTransport transport, int port)
    {
        var protocol = transport == SourceTransport.Udp ? "udp" : "tcp";
        var inodes = Inodes($"proc/net/{protocol}", port).Concat(Inodes($"proc/net/{protocol}6", port))
            .Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        if (inodes.Count == 0)
        {
            return string.Empty;
        }

        foreach (var process in Directory.EnumerateDirectories(Path.Combine(root, "proc")))
        {
            var pid = Path.GetFileName(process);
            if (char.IsAsciiDigit(pid[0]) && Holds(process, inodes))
            {
                return $" by {Read(Path.Combine(process, "comm"))} (pid {pid})";
            }
        }

        return string.Empty;
    }

    /// <summary>
    /// Inodes of the sockets that are bound to a port, by proc_net_tcp(5); for TCP only those that listen.
    /// </summary>
    private IEnumerable<string> Inodes(string table, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var listening = table.Contains("tcp", StringComparison.Ordinal) ? "0A" : "07";
        foreach (var line in Read(table).Split('\n').Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == listening
                && fields[1].EndsWith(suffix, StringComparison.Ordinal))
            {
                yield return fields[9];
            }
        }
    }

    private static bool Holds(string process, HashSet<string> inodes)
    {
        try
        {
            return Directory.GetFiles(Path.Combine(process, "fd"))
                .Any(descriptor => inodes.Contains(Target(descriptor)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended: it cannot be looked into.
            return false;
        }
    }

    private static string Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.Name ?? string.Empty;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return string.Empty;
        }
    }

    private string Read(string below)
    {
        var path = Path.Combine(root, below);
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n', '\0') : string.Empty;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is not known, and the explanation is shorter.
            return string.Empty;
        }
    }
}
