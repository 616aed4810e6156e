using System.Net.Sockets;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using Npgsql;

namespace ActorLog.Node.Reporting;

/// <summary>
/// Whether an aggregator's journal on PostgreSQL can be reached and is whole. What it holds of each origin is no member's alone,
/// and neither are the gaps that explain it.
/// </summary>
internal static class PostgresReport
{
    /// <summary>Adds its line.</summary>
    public static async Task AddAsync(PostgresSettings settings, Report report, CancellationToken stop)
    {
        try
        {
            await using var source = PostgresConnections.BuilderOf(settings).BuildMultiHost();
            await using var primary = await source.OpenConnectionAsync(TargetSessionAttributes.Primary, stop);
            var isThere = await PostgresSchema.LookAsync(primary, stop);
            report.Add("database", ("path", settings.Place), ("state", isThere ? "ok" : "absent"));
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or UnsafeJournalException)
        {
            report.HasFault = true;
            report.Add(
                "database", ("path", settings.Place), ("state", "fault"), ("fault", PostgresFaults.TextOf(e)),
                ("remedy", PostgresFaults.RemedyOf(e, settings.Place)));
        }
    }
}
