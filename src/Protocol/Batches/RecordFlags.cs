namespace ActorLog.Protocol.Batches;

/// <summary>What is remarkable about a record.</summary>
[Flags]
public enum RecordFlags : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The record was longer than the limit and was cut at a character border.</summary>
    Truncated = 1,
    /// <summary>No legal header was found: the whole text is the message.</summary>
    Unparsed = 2,
    /// <summary>The timestamp is the header's; without this flag it is the time of receipt.</summary>
    HeaderTime = 4,
    /// <summary>A gunicorn or Django text that does not fit its channel's form (kept whole as the message).</summary>
    Misfit = 8,
    /// <summary>A record of ActorLog's own, which says what was not kept and why.</summary>
    Gap = 16,
    /// <summary>A time in the header could not be a time; the time of receipt stands in.</summary>
    BadTime = 32,
}
