namespace ActorLog.Protocol.Syslog;

/// <summary>What stood where a timestamp may stand.</summary>
internal enum TimeReading
{
    /// <summary>Nothing that looks like a timestamp.</summary>
    None,
    /// <summary>A time.</summary>
    Time,
    /// <summary>The form of a timestamp, but no time: the 30th of February, or one outside the calendar.</summary>
    Impossible,
}
