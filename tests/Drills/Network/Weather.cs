namespace ActorLog.Drills.Network;

/// <summary>What a wire does to packets of one direction.</summary>
internal sealed record Weather
{
    /// <summary>Nothing.</summary>
    public static readonly Weather Fair = new();

    /// <summary>None arrives.</summary>
    public static readonly Weather Cut = new() { IsCut = true };

    /// <summary>None arrives.</summary>
    public bool IsCut { get; init; }

    /// <summary>Packets of a thousand that are lost.</summary>
    public int Loss { get; init; }

    /// <summary>Packets of a thousand that come twice.</summary>
    public int Duplicates { get; init; }

    /// <summary>How long each is under way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to how much longer: they overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bytes a second, or 0.</summary>
    public long Rate { get; init; }

    /// <summary>As wire.c reads it.</summary>
    public string Line => $"{(IsCut ? 1 : 0)} {Loss} {Duplicates} {(long)Delay.TotalMicroseconds} {(long)Jitter.TotalMicroseconds} {Rate}";

    public override string ToString() => IsCut ? "cut"
        : $"loss {Loss / 10.0} %, {Duplicates / 10.0} % twice, {Delay.TotalMilliseconds} ms + {Jitter.TotalMilliseconds} ms"
            + (Rate > 0 ? $", {Rate} bytes/s" : "");
}
