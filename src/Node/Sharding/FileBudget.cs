using System.Globalization;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using Akka.Event;

namespace ActorLog.Node.Sharding;

/// <summary>
/// How many files the partitions of a node keep at once, each at most its share of <c>aggregator.live-files-max</c>: names of hosts
/// come from senders, and each file costs memory and, while it is written, a descriptor. Any thread.
/// </summary>
/// <param name="most">Files of all partitions, should one node have them all.</param>
/// <param name="partitions">How many partitions there are.</param>
/// <param name="ledger">Where it is counted.</param>
internal sealed class FileBudget(int most, int partitions, Ledger ledger)
{
    // What a file's actors and tables come to, 13 KiB, with half as much to spare.
    private const int BytesEach = 20 * 1024;

    // Databases, sockets, libraries.
    private const int OtherDescriptors = 512;
    private const int Least = 256;

    private int _live;

    /// <summary>Files of one partition, at most.</summary>
    public int Share { get; } = Math.Max(1, most / partitions);

    /// <summary>What the limits of this process bear.</summary>
    /// <param name="connections">Edges at once, each with a descriptor.</param>
    public static int Auto(int connections)
    {
        var byMemory = ProcessMemory.Bytes / BytesEach;
        var byDescriptors = DescriptorsMax() - OtherDescriptors - connections;
        return (int)Math.Clamp(Math.Min(byMemory, byDescriptors), Least, int.MaxValue);
    }

    /// <summary>
    /// The file of the lines that have none of their own. '%' and no two digits of 0-9A-F: no host's file has such a name.
    /// </summary>
    public static string OverflowOf(int partition) => $"%overflow-{partition}.log";

    // "Max open files            1048576              1048576              files"
    private static long DescriptorsMax()
    {
        const string limits = "/proc/self/limits";
        const string what = "Max open files";
        return File.Exists(limits)
            && File.ReadLines(limits).FirstOrDefault(static line => line.StartsWith(what, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[what.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var most)
            ? most : long.MaxValue;
    }

    /// <summary>So many files are more, or less.</summary>
    public void Add(int files) => ledger.Set(LedgerLevel.LiveFiles, Interlocked.Add(ref _live, files));

    /// <summary>Lines go to the partition's overflow.</summary>
    public void AddOverflow(int lines) => ledger.Add(LedgerAccount.Overflow, lines);

    /// <summary>Says once that a partition is at its share.</summary>
    public void Tell(ILoggingAdapter log, int partition, string path) => log.Warning(
        "partition {0}: {1} files are live, its share of aggregator.live-files-max: lines of '{2}', and of other new ones, go to '{3}' until some are sealed",
        partition, Share, path, OverflowOf(partition));
}
