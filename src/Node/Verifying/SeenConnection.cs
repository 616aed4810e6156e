namespace ActorLog.Node.Verifying;

/// <summary>What was found of one connection.</summary>
/// <param name="host">The host in whose files its messages belong; null where that is not judged.</param>
/// <param name="isStranger">Whether its sender is none of the ledger's, and that is no fault.</param>
internal sealed class SeenConnection(string? host, bool isStranger)
{
    /// <summary>The host in whose files its messages belong.</summary>
    public string? Host { get; } = host;

    /// <summary>Whether its sender is none of the ledger's.</summary>
    public bool IsStranger { get; } = isStranger;

    /// <summary>Its numbers.</summary>
    public SeenNumbers Numbers { get; } = new();

    /// <summary>The log that its last message stood in, and the highest number there.</summary>
    public (int Log, long Highest) Last { get; set; } = (-1, -1);

    /// <summary>The log that was judged last, and whether messages of this host may stand in it.</summary>
    public (int Log, bool Fits) Judged { get; set; } = (-1, true);

    /// <summary>Different messages.</summary>
    public long Unique { get; set; }

    /// <summary>Copies beyond the first.</summary>
    public long Duplicate { get; set; }

    /// <summary>Messages behind a later one in the same log.</summary>
    public long Inverted { get; set; }

    /// <summary>Messages in another host's file.</summary>
    public long Misfiled { get; set; }

    /// <summary>Messages of the ledger that stand nowhere.</summary>
    public long Missing { get; set; }

    /// <summary>Messages under way when the connection broke that stand nowhere.</summary>
    public long UncertainMissing { get; set; }
}
