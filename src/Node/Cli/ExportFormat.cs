namespace ActorLog.Node.Cli;

/// <summary>How records are written out.</summary>
internal enum ExportFormat
{
    /// <summary>As an aggregator's files have them.</summary>
    Lines,
    /// <summary>RFC 5424, octet-counted (RFC 6587).</summary>
    Syslog,
}
