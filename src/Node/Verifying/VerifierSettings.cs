using ActorLog.Sinks.Files;

namespace ActorLog.Node.Verifying;

/// <summary>Whether a line that bears no mark is none of the oracle's business.</summary>
public delegate bool ForeignLine(ReadOnlySpan<byte> line);

/// <summary>What a <see cref="Verifier"/> takes for granted.</summary>
internal sealed record VerifierSettings
{
    /// <summary>Lines without a whole mark that may be there; by default none.</summary>
    public ForeignLine IsForeign { get; init; } = static _ => false;

    /// <summary>Whether senders that the ledger does not have may be there too: other ledgers have them.</summary>
    public bool AllowStrangers { get; init; }

    /// <summary>Whether files are being written: an active segment's last line may be unfinished, and segments may be sealed meanwhile.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Where the files of a host are; null: hosts are not compared.</summary>
    public PathTemplate? Path { get; init; }
}
