using System.Globalization;
using ActorLog.Node.Verifying;

namespace ActorLog.Node.Cli;

/// <summary>What verify files prints: each sender, the first findings of each kind, and a last line for programs.</summary>
/// <param name="ledger">What was sent.</param>
/// <param name="found">What stands in the files.</param>
internal sealed class VerificationReport(OracleLedger ledger, Verification found)
{
    private static readonly Finding[] Kinds = Enum.GetValues<Finding>();

    /// <summary>Whether there is something to prove, and it is proven.</summary>
    public bool IsClean => Kinds.All(kind => Count(kind) == 0);

    public IEnumerable<string> Lines()
    {
        var accounts = ledger.Copy();
        foreach (var sender in ledger.Senders)
        {
            foreach (var line in Of(sender, [.. accounts.Where(p => p.Key.Sender == sender.Id).Select(p => p.Value)]))
            {
                yield return line;
            }
        }

        yield return $"read {found.Files} files, {found.Lines} lines; {found.Foreign} are not of these senders";
        if (found.Unfinished > 0)
        {
            yield return $"{found.Unfinished} files are being written: their last lines are unfinished, and not counted";
        }

        foreach (var sample in found.Samples.Lines)
        {
            yield return sample;
        }

        yield return $"verify: records={ledger.Sent} {string.Join(' ', Kinds.Select(kind => $"{FindingSamples.Word(kind)}={Count(kind)}"))}";
    }

    private IEnumerable<string> Of(OracleSender sender, OracleAccount[] accounts)
    {
        var seen = found.Of(sender.Id).ToList();
        var uncertain = accounts.Sum(account => account.UncertainCount);
        var sent = accounts.Sum(account => account.Next) - uncertain;
        yield return string.Create(CultureInfo.InvariantCulture, $"sender {sender.Id}, host {sender.Host ?? "not compared"}, {sender.Target}");
        yield return $"  {sent} sent: {seen.Sum(s => s.Missing)} lost, {seen.Sum(s => s.Duplicate)} duplicated, "
            + $"{seen.Sum(s => s.Inverted)} out of order, {seen.Sum(s => s.Misfiled)} in another host's file";
        if (uncertain > 0)
        {
            yield return $"  {uncertain} more were under way when a connection broke: {uncertain - seen.Sum(s => s.UncertainMissing)} are there";
        }

        if (accounts.Any(account => account.IsOpen))
        {
            yield return "  the sender has not ended, or was killed: what it sent behind its last entry may be there or not";
        }
    }

    private long Count(Finding kind) => kind switch
    {
        Finding.Lost => found.Missing,
        Finding.Duplicated => found.Duplicate,
        Finding.Torn => found.Torn,
        Finding.OutOfOrder => found.Inverted,
        Finding.Foreign => found.Misfiled,
        Finding.ControlBytes => found.ControlBytes,
        Finding.Outside => found.Outside,
        _ => found.Unknown,
    };
}
