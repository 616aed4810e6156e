namespace ActorLog.Node.Verifying;

/// <summary>One load's sender, as the ledger has it.</summary>
/// <param name="Id">Its number, which every message names.</param>
/// <param name="Connections">Its connections.</param>
/// <param name="Host">The header's host, with {0} for the connection's number; null where messages have none.</param>
/// <param name="Target">Where it sent, and over what.</param>
internal sealed record OracleSender(int Id, int Connections, string? Host, string Target)
{
    /// <summary>The host of one connection.</summary>
    public static string HostOf(string host, int connection) =>
        host.Replace("{0}", connection.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
