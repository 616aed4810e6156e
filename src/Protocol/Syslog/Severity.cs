namespace ActorLog.Protocol.Syslog;

/// <summary>The severity of a record, PRI modulo 8; lower is graver (RFC 5424, section 6.2.1).</summary>
public enum Severity : byte
{
    /// <summary>System is unusable.</summary>
    Emergency,
    /// <summary>Action must be taken at once.</summary>
    Alert,
    /// <summary>Critical conditions.</summary>
    Critical,
    /// <summary>Error conditions.</summary>
    Error,
    /// <summary>Warning conditions.</summary>
    Warning,
    /// <summary>Normal but significant.</summary>
    Notice,
    /// <summary>Informational.</summary>
    Info,
    /// <summary>Debug-level.</summary>
    Debug,
}
