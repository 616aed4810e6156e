using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;

namespace ActorLog.Node.Reporting;

/// <summary>
/// What the durable ledger of a node says of each of its runs: received, spooled, dropped and why, and whether it agrees.
/// </summary>
internal static class RunReport
{
    /// <summary>Adds the lines of each run, oldest first, and what does not agree.</summary>
    /// <param name="file">The database.</param>
    /// <param name="host">Only runs of a node of this name; null: all.</param>
    /// <param name="report">Takes the lines.</param>
    public static void Add(ReportFile file, string? host, Report report)
    {
        if (!file.HasLedger)
        {
            return;
        }

        var accounts = LedgerRows.Accounts(file.Connection);
        var gaps = LedgerRows.Gaps(file.Connection).ToLookup(static row => row.Gap.Run);
        var origins = OriginReport.Read(file.Connection).ToLookup(static origin => origin.Run);
        var runs = LedgerRows.Runs(file.Connection).Where(run => host is null || run.Node == host).ToList();
        foreach (var run in runs)
        {
            AddRun(run, LedgerTotals.Restore(accounts[run.Run], gaps[run.Run].Select(static row => row.Gap)), report);
            AddGaps([.. gaps[run.Run]], report);
            OriginReport.Add(origins[run.Run], report);
        }

        // What is older than the ledger, or was left by runs that are pruned.
        var known = runs.Select(static run => run.Run).ToHashSet();
        OriginReport.Add(
            origins.Where(group => !known.Contains(group.Key)).SelectMany(static group => group)
                .Where(origin => host is null || origin.Edge == host),
            report);
    }

    private static void AddRun(LedgerRows.RunRow run, Ledger ledger, Report report)
    {
        var ended = run.Ended ?? (RunIdentity.IsAlive(run.Process) ? "running" : "killed");
        report.Add(
            "run", ("run", run.Run), ("node", run.Node), ("began", Gap.Time(run.BeganTicks)), ("ended", ended),
            ("written", Gap.Time(run.WrittenTicks)));
        foreach (var (source, records) in ledger.ReceivedBySource.OrderBy(static s => s.Source, StringComparer.Ordinal))
        {
            report.Add("received", ("run", run.Run), ("source", source), ("records", records));
        }

        var values = new List<(string, object)> { ("run", run.Run) };
        values.AddRange(Enum.GetValues<LedgerAccount>().Select(account => (NameOf(account), (object)ledger[account])));
        report.Add("totals", [.. values]);

        var balance = Balance.Of(ledger);
        var imbalance = balance.EdgeImbalance + balance.AggregatorImbalance;
        report.Add(
            "balance", ("run", run.Run), ("in-hand", balance.EdgeInHand), ("unstored", balance.Unstored),
            ("in-spool", balance.Unsettled), ("unwritten", balance.Projecting), ("imbalance", imbalance));
        report.Imbalance += imbalance;

        // A drain leaves nothing in memory: what went in and did not come out is lost, and nothing says why.
        report.Unexplained += ended == LedgerKeeper.Drained ? balance.EdgeInHand : 0;
    }

    private static void AddGaps(IReadOnlyList<GapChange> gaps, Report report)
    {
        foreach (var group in gaps.GroupBy(static row => (row.Gap.Reason, row.Gap.Source)))
        {
            var all = group.Select(static row => row.Gap).Aggregate(static (sum, gap) => sum.With(gap));
            report.Add(
                "dropped", ("run", all.Run), ("reason", all.Reason.Name()), ("source", all.Source), ("records", all.Records),
                ("gaps", (long)group.Count()), ("from", Gap.Time(all.FromTicks)), ("to", Gap.Time(all.ToTicks)));
        }

        foreach (var (gap, isSaid) in gaps)
        {
            report.Know(gap);
            report.Add(
                "gap", ("id", gap.Id), ("reason", gap.Reason.Name()), ("source", gap.Source), ("records", gap.Records),
                ("from", Gap.Time(gap.FromTicks)), ("to", Gap.Time(gap.ToTicks)), ("said", isSaid ? "yes" : "no"));
        }
    }

    // RoutedToSpool -> routed-to-spool
    private static string NameOf(LedgerAccount account) =>
        string.Concat(account.ToString().Select(static (c, i) => char.IsUpper(c)
            ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
