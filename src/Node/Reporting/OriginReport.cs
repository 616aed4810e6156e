using ActorLog.Node.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Reporting;

/// <summary>What became of an origin's records in its spool.</summary>
/// <param name="Origin">Its name.</param>
/// <param name="Run">The run of the node; empty when that is not known any more.</param>
/// <param name="Last">Its highest number.</param>
/// <param name="Records">Records that it has spooled.</param>
/// <param name="SettledNumber">Deleted up to here, because settled.</param>
/// <param name="InSpool">Records still there.</param>
internal sealed record OriginReport(string Origin, string Run, long Last, long Records, long SettledNumber, long InSpool)
{
    /// <summary>The edge that it belongs to.</summary>
    public string Edge => EdgeOf(Origin);

    /// <summary>The edge in an origin's name.</summary>
    public static string EdgeOf(string origin) =>
        origin.LastIndexOf('/') is > 0 and var slash ? Uri.UnescapeDataString(origin[..slash]) : origin;

    /// <summary>All origins that the ledger or the spool knows.</summary>
    public static IReadOnlyList<OriginReport> Read(SqliteConnection connection)
    {
        var left = SpoolDatabase.Leftovers(connection).ToDictionary(static origin => origin.Origin);
        var rows = LedgerRows.Origins(connection);
        var origins = rows.Select(row => left.TryGetValue(row.Origin, out var still)
            ? new OriginReport(
                row.Origin, row.Run, Math.Max(row.Last, still.Last), Math.Max(row.Records, still.End), still.First - 1, still.Records)
            : new OriginReport(row.Origin, row.Run, row.Last, row.Records, row.Last, 0));
        var unknown = left.Values.ExceptBy(rows.Select(static row => row.Origin), static still => still.Origin).Select(
            static still => new OriginReport(still.Origin, string.Empty, still.Last, still.End, still.First - 1, still.Records));
        return [.. origins, .. unknown];
    }

    /// <summary>Adds a line for each.</summary>
    public static void Add(IEnumerable<OriginReport> origins, Report report)
    {
        foreach (var origin in origins)
        {
            report.Add(
                "origin", ("origin", origin.Origin), ("run", origin.Run), ("numbers", $"1-{origin.Last}"),
                ("spooled", origin.Records), ("settled-through", origin.SettledNumber),
                ("settled", origin.Records - origin.InSpool), ("in-spool", origin.InSpool));
        }
    }
}
