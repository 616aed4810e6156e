using System.Diagnostics;

namespace ActorLog.Drills.Scale;

/// <summary>Messages of many hosts over one connection, each host's in turn, as a relay has them. Each host is a connection of the ledger.</summary>
/// <param name="target">Where to.</param>
/// <param name="ledger">Where what is sent is entered.</param>
/// <param name="sender">The sender's number, not used before.</param>
/// <param name="host">The hosts' name, with {0} for the number.</param>
/// <param name="hosts">How many.</param>
internal sealed class HostLoad(OracleTarget target, OracleLedger ledger, int sender, string host, int hosts)
{
    private const int WriteBytes = 64 * 1024;
    private readonly OracleMessages[] _messages = [.. Enumerable.Range(0, hosts).Select(i => new OracleMessages(
        sender, i, OracleSender.HostOf(host, i), OracleHeader.Rfc3164, OracleFraming.Nul))];

    /// <summary>Sends so many messages of all hosts together.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="rate">Messages a second.</param>
    public async Task Send(long messages, int rate)
    {
        ledger.Begin(new OracleSender(sender, hosts, host, target.ToString()));
        await Task.Factory.StartNew(
            () => Run(messages, rate), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ledger.End(sender);
    }

    private void Run(long messages, int rate)
    {
        var buffer = new byte[WriteBytes];
        using var socket = target.Open();
        var clock = Stopwatch.StartNew();
        for (var next = 0L; next < messages;)
        {
            var due = Math.Min(messages, (long)(clock.Elapsed.TotalSeconds * rate) + 1);
            var (first, length) = (next, 0);
            while (next < due && length + OracleMessages.BytesMax <= buffer.Length)
            {
                length += _messages[next % hosts].Write(buffer.AsSpan(length), next / hosts);
                next++;
            }

            for (var sent = 0; sent < length;)
            {
                sent += socket.Send(buffer.AsSpan(sent, length - sent));
            }

            for (var i = first; i < next; i++)
            {
                ledger.EnterSent(sender, (int)(i % hosts), 1);
            }

            if (next == due)
            {
                // The pace of the load.
                Thread.Sleep(1);
            }
        }
    }
}
