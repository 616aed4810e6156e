using System.Collections.Concurrent;
using System.Net;
using ActorLog.Node.Hosting;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using Akka.Actor;

namespace ActorLog.Node.Sharding;

/// <summary>What the partitions of a node share.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Settings">Files, checkpoints, limits.</param>
/// <param name="Store">The data root.</param>
/// <param name="Template">Where lines go.</param>
/// <param name="Ledger">The node's books.</param>
/// <param name="Intake">Whose inflated batches are given back.</param>
/// <param name="Upkeep">Who compresses and deletes sealed segments.</param>
/// <param name="Rejected">Where goes what cannot be read or written as lines.</param>
/// <param name="Time">The clock by which files are rotated and named.</param>
internal sealed record PartitionSetup(
    string Node,
    AggregatorSettings Settings,
    IStore Store,
    PathTemplate Template,
    Ledger Ledger,
    IntakeBudget Intake,
    IActorRef Upkeep,
    RejectedFolder Rejected,
    TimeProvider Time)
{
    /// <summary>The journal, which hears of damage; null where a test has another.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>
    /// Whether the journal was salvaged, or has another history than before, and may not know all that stands in files: then
    /// what is cut is kept aside.
    /// </summary>
    public bool KeepsCutBytes => Journal is { KeepsCutBytes: true };

    /// <summary>Who keeps the data root; null where a test has no cluster.</summary>
    public IActorRef? Keeper { get; init; }

    /// <summary>Where this node lets edges in, as others are to be told; null: nowhere, or they are not.</summary>
    public DnsEndPoint? Gateway { get; init; }

    /// <summary>How many files there may be.</summary>
    public FileBudget Files { get; init; } = new(int.MaxValue, 1, Ledger);

    /// <summary>The clock by which ages are counted.</summary>
    public TimeProvider Ages { get; init; } = Time;

    /// <summary>The dispatcher of actors that touch the disk.</summary>
    public const string FilesDispatcher = "actorlog-files-dispatcher";

    /// <summary>Bytes of lines that wait for the disk: beyond, partitions take nothing more.</summary>
    public ByteBudget Unwritten { get; init; } = ByteBudget.OfMemory(256 * 1024 * 1024);

    /// <summary>Bytes of blocks that no checkpoint covers, which a recovery has to hold: beyond, partitions take nothing more.</summary>
    public ByteBudget Uncheckpointed { get; init; } = ByteBudget.OfMemory();

    /// <summary>One delete of journal rows at a time on a node: overlapping ones get in each other's way.</summary>
    public SemaphoreSlim DeletePermit { get; } = new(1);

    /// <summary>The last answer of the journal that had holes, by partition, and how often it came.</summary>
    public ConcurrentDictionary<int, (RecoveryPlan Plan, int Times)> UnsoundPlans { get; } = new();

    /// <summary>The segments that ended incarnations of a partition have left open for the next one.</summary>
    public HeldFiles HeldFilesOf(int partition) => Held.GetOrAdd(partition, static _ => new HeldFiles());

    private ConcurrentDictionary<int, HeldFiles> Held { get; } = new();

    /// <summary>How often in a row a partition has failed to recover, to store or to write.</summary>
    public PartitionTries Failures { get; } = new(Time);
}
