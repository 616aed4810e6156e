namespace ActorLog.Node.Settings;

/// <summary>Who may read a file that holds a secret.</summary>
internal static class SecretMode
{
    // Group read stays legal: a mounted secret and Debian's ssl-cert both give keys to a group.
    private const UnixFileMode Refused = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute
        | UnixFileMode.GroupWrite;

    /// <summary>What is wrong with a mode, to be said behind the file's name; null for nothing.</summary>
    public static string? FaultOf(UnixFileMode mode) => (mode & Refused) == 0
        ? null
        : $"may be read by others (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}): chmod 600 it";
}
