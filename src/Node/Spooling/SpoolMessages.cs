using ActorLog.Node.Hosting;

namespace ActorLog.Node.Spooling;

/// <summary>To the spool: make these blocks durable, then complete the outcome. Asked again until it is known.</summary>
/// <param name="Blocks">In order.</param>
/// <param name="Records">How many records they hold, but for those of the node's own that say <c>Gaps</c>.</param>
/// <param name="Outcome">Completed when they are durable, or shed.</param>
internal sealed record SpoolBlocks(IReadOnlyList<byte[]> Blocks, long Records, TaskCompletionSource<SpoolOutcome> Outcome)
{
    /// <summary>What was dropped before these, as a record of the node's own for each says at their head.</summary>
    public IReadOnlyList<Gap> Gaps { get; init; } = [];
}

/// <summary>What became of blocks.</summary>
internal enum SpoolOutcome
{
    /// <summary>They are durable.</summary>
    Spooled,
    /// <summary>The spool was at its limit; they are gone, and booked.</summary>
    Full,
}

/// <summary>To the forwarder: a run begins; what follows is sent under its name.</summary>
internal sealed record OriginStarted(string Origin);

/// <summary>To the forwarder: what an earlier run left.</summary>
internal sealed record OriginLeft(string Origin, long First, long Last);

/// <summary>To the forwarder: blocks of the current run are durable, numbered from <paramref name="First"/>.</summary>
internal sealed record BlocksSpooled(string Origin, long First, IReadOnlyList<byte[]> Blocks);

/// <summary>To the forwarder: the run has ended at this number.</summary>
internal sealed record OriginClosed(string Origin, long Last);

/// <summary>To the spool: everything of the origin up to here is settled and may be forgotten.</summary>
/// <param name="Origin">The run.</param>
/// <param name="Through">Up to which number.</param>
/// <param name="Refused">Records in the rows since the last time that were set aside, and are booked as such.</param>
internal sealed record OriginSettled(string Origin, long Through, long Refused = 0);
