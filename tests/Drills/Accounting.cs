using ActorLog.Drills.Running;
using ActorLog.Node.Hosting;
using ActorLog.Node.Reporting;
using ActorLog.Node.Storage;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>What the ledger, the report and the metrics of a node under drill say.</summary>
internal static class Accounting
{
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(3);

    /// <summary>A gap record: a line that no sender has sent.</summary>
    public static bool IsGapLine(ReadOnlySpan<byte> line) => line.IndexOf(" actorlog: gap: "u8) >= 0;

    /// <summary>
    /// Waits until every datagram that was sent is received or known to be dropped by the kernel, and all of it is stored.
    /// </summary>
    public static Task AtRest(ActorLogProcess edge, long sent)
    {
        var last = string.Empty;
        return Eventually.True(
            async () =>
            {
                var received = await edge.Count("actorlog_received_records_total");
                var kernel = await edge.Count("actorlog_dropped_records_total", "kernel");
                var waiting = await edge.Count("actorlog_in_hand_records") + await edge.Count("actorlog_unstored_records")
                    + await edge.Count("actorlog_unsaid_records");
                last = $"{received} received, {kernel} dropped by the kernel, {waiting} waiting";
                return received + kernel == sent && waiting == 0;
            },
            RestMax,
            () => $"{sent} sent are accounted for: {last}\n{edge.Process.Account()}");
    }

    /// <summary>The books of the newest run as they stand in the file.</summary>
    public static Ledger Durable(string spool)
    {
        using var file = ReportFile.Open(spool)!;
        var run = LedgerRows.Runs(file.Connection)[^1].Run;
        return LedgerTotals.Restore(
            LedgerRows.Accounts(file.Connection)[run],
            LedgerRows.Gaps(file.Connection).Select(static row => row.Gap).Where(gap => gap.Run == run));
    }

    /// <summary>Whether a record stands for each gap of each run; the killed one may have said its own.</summary>
    public static bool AreSaid(string spool)
    {
        using var file = ReportFile.Open(spool)!;
        return LedgerRows.Gaps(file.Connection).All(static row => row.IsSaid);
    }

    /// <summary>Runs actorlog report; it must answer 0, which says that everything agrees. Its lines.</summary>
    public static async Task<IReadOnlyList<string>> Report(NodeConfig node, params string[] arguments) =>
        await ActorLogProcess.Run(
            node.DataDirectory,
            ["report", "-c", Path.Combine(node.DataDirectory, "actorlog.hocon"), "--set", "roles=" + node.Role, .. arguments]);

    /// <summary>The sum of a value over the report's lines of a kind; a gap that is told twice counts once.</summary>
    public static long Sum(IReadOnlyList<string> report, string kind, string name) => report
        .Where(line => line.StartsWith(kind + " ", StringComparison.Ordinal))
        .DistinctBy(line => Value(line, "id") ?? line)
        .Sum(line => long.Parse(Value(line, name)!, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>
    /// What edges have taken, over all their runs, by their own books, which must agree. A sender over TCP cannot know how much of what it sent
    /// an edge had read when that was stopped: this much is promised.
    /// </summary>
    public static async Task<long> Received(IEnumerable<ActorLogProcess> edges)
    {
        var reports = await Task.WhenAll(edges.Select(static edge => edge.Ask("report")));
        return reports.Sum(static report => Sum(report, "received", "records"));
    }

    /// <summary>Waits until edges hold nothing that is not stored.</summary>
    public static Task AllStored(IReadOnlyList<ActorLogProcess> edges) => Eventually.True(
        async () =>
        {
            foreach (var edge in edges)
            {
                if (await edge.Count("actorlog_in_hand_records") + await edge.Count("actorlog_unstored_records") > 0)
                {
                    return false;
                }
            }

            return true;
        },
        RestMax,
        () => $"all is stored\n{string.Join('\n', edges.Select(static edge => edge.Process.Account()))}");

    /// <summary>Requires that what was sent is in the files or reported, to the record, and enters it.</summary>
    public static void Settle(DrillRun run, OracleLedger ledger, string files, IReadOnlyList<string> report)
    {
        var found = Verifier.Read(files, ledger, IsGapLine);
        var reported = Sum(report, "dropped", "records");
        run.Say($"{ledger.Sent} sent = {found.Unique} in files + {reported} reported; {DrillTally.Short(found)}");
        foreach (var line in report.Where(static line => line.StartsWith("dropped ", StringComparison.Ordinal)))
        {
            run.Say(line);
        }

        run.Tally.Add(found, ledger.Sent - reported);
    }

    private static string? Value(string line, string name) =>
        line.Split(' ').FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
