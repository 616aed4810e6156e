namespace ActorLog.Node.Verifying;

/// <summary>What one call of Send sends.</summary>
/// <param name="Messages">Messages over all connections together.</param>
public sealed record OracleLoad(long Messages)
{
    /// <summary>The program of messages that nobody gave another.</summary>
    public const string DefaultProgram = "gunicorn.shop.access";

    /// <summary>Connections, each with a thread of its own and blocking writes.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>The header's host; with {0} for the connection's number.</summary>
    public string Host { get; init; } = "web1";

    /// <summary>The program that messages come from, as gunicorn names itself.</summary>
    public string Program { get; init; } = DefaultProgram;

    /// <summary>How messages are dressed.</summary>
    public OracleHeader Header { get; init; } = OracleHeader.Bare;

    /// <summary>How they are told apart on a stream.</summary>
    public OracleFraming Framing { get; init; } = OracleFraming.Nul;

    /// <summary>Messages per second and connection; null: as fast as the socket takes them.</summary>
    public int? Rate { get; init; }

    /// <summary>
    /// After a connection broke, open it again and go on with the message behind those that were under way. Else the failure ends the sender.
    /// </summary>
    public bool Reconnect { get; init; }
}
