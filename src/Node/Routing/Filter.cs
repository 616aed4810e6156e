using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>A condition on a record: program, facility, severity, host or channel, joined by and, or, not.</summary>
public abstract class Filter
{
    /// <summary>Whether the record is taken. Called for every record: allocates nothing.</summary>
    public abstract bool Takes(in LogRecord record);
}
