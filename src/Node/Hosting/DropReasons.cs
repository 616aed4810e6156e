namespace ActorLog.Node.Hosting;

/// <summary>How reasons are called in metrics, gap records and the report.</summary>
internal static class DropReasons
{
    private static readonly DropReason[] All = Enum.GetValues<DropReason>();

    /// <summary>The name.</summary>
    public static string Name(this DropReason reason) => reason switch
    {
        DropReason.Kernel => "kernel",
        DropReason.Stalled => "stalled",
        DropReason.SpoolFull => "spool-full",
        DropReason.SpoolLost => "spool-lost",
        DropReason.LocalFile => "local-file",
        DropReason.Refused => "refused",
        _ => reason.ToString(),
    };

    /// <summary>The reason of a name; false for one that this program does not know.</summary>
    public static bool TryParse(string name, out DropReason reason)
    {
        var index = Array.FindIndex(All, known => known.Name() == name);
        reason = index < 0 ? default : All[index];
        return index >= 0;
    }

    /// <summary>Whether a record in the aggregator's file stands for what was dropped: whatever was bound for there.</summary>
    public static bool IsSaid(this DropReason reason) => reason != DropReason.LocalFile;
}
