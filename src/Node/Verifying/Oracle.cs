using System.Diagnostics;
using System.Net.Sockets;

namespace ActorLog.Node.Verifying;

/// <summary>
/// Sends numbered messages and keeps the ledger of them; a <see cref="Verifier"/> then says what became of each. Any number of loads, at once too.
/// </summary>
/// <param name="ledger">Where what is sent is entered.</param>
/// <param name="firstSender">The first load's sender; each further one has the next number.</param>
public sealed class Oracle(OracleLedger ledger, int firstSender)
{
    private const int WriteBytes = 64 * 1024;
    private const int DatagramsPerEntry = 64;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(20);
    private int _senders = firstSender - 1;

    /// <summary>With a ledger in memory.</summary>
    public Oracle()
        : this(new OracleLedger(), 0)
    {
    }

    /// <summary>What was sent so far.</summary>
    public OracleLedger Ledger => ledger;

    /// <summary>Sends a load; ends when all of it is sent, or early when told to.</summary>
    /// <exception cref="SocketException">A connection broke, and the load does not reconnect.</exception>
    public async Task Send(OracleTarget target, OracleLoad load, CancellationToken stop = default)
    {
        var sender = Interlocked.Increment(ref _senders);
        ledger.Begin(new OracleSender(sender, load.Connections, load.Header == OracleHeader.Bare ? null : load.Host, target.ToString()));
        var each = Enumerable.Range(0, load.Connections).Select(connection => Task.Factory.StartNew(
            () => new Connection(ledger, target, load, sender, connection, stop).Run(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        try
        {
            await Task.WhenAll(each.ToArray());
        }
        finally
        {
            ledger.End(sender);
        }
    }

    /// <summary>One connection's loop, on a thread of its own.</summary>
    private sealed class Connection(OracleLedger ledger, OracleTarget target, OracleLoad load, int sender, int connection, CancellationToken stop)
    {
        private readonly OracleMessages _messages = new(
            sender,
            connection,
            OracleSender.HostOf(load.Host, connection),
            load.Header,
            target.IsStream ? load.Framing : null,
            load.Program);
        private readonly byte[] _buffer = new byte[WriteBytes];
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly long _quota = (load.Messages / load.Connections) + (connection < load.Messages % load.Connections ? 1 : 0);
        private long _next;

        public void Run()
        {
            while (_next < _quota && !stop.IsCancellationRequested)
            {
                try
                {
                    using var socket = target.Open();
                    while (_next < _quota && !stop.IsCancellationRequested)
                    {
                        var allowed = Math.Min(_quota - _next, Allowance());
                        if (target.IsStream)
                        {
                            SendStream(socket, allowed);
                        }
                        else
                        {
                            SendDatagrams(socket, allowed);
                        }
                    }
                    return;
                }
                catch (SocketException) when (load.Reconnect)
                {
                    stop.WaitHandle.WaitOne(ReconnectPause);
                }
            }
        }

        /// <summary>How many messages the rate allows now, at least one; waits for that one.</summary>
        private long Allowance()
        {
            if (load.Rate is not { } rate)
            {
                return long.MaxValue;
            }
            while (true)
            {
                var due = (long)(_clock.Elapsed.TotalSeconds * rate) + 1 - _next;
                if (due > 0 || stop.WaitHandle.WaitOne(1))
                {
                    return Math.Max(due, 1);
                }
            }
        }

        private void SendStream(Socket socket, long allowed)
        {
            var length = 0;
            var count = 0L;
            while (count < allowed && length + OracleMessages.BytesMax <= _buffer.Length)
            {
                length += _messages.Write(_buffer.AsSpan(length), _next + count);
                count++;
            }
            try
            {
                for (var sent = 0; sent < length;)
                {
                    sent += socket.Send(_buffer.AsSpan(sent, length - sent));
                }
            }
            catch (SocketException)
            {
                ledger.EnterUncertain(sender, connection, count);
                _next += count;
                throw;
            }
            ledger.EnterSent(sender, connection, count);
            _next += count;
        }

        private void SendDatagrams(Socket socket, long allowed)
        {
            var count = 0L;
            try
            {
                while (count < Math.Min(allowed, DatagramsPerEntry))
                {
                    var length = _messages.Write(_buffer, _next);
                    socket.Send(_buffer.AsSpan(0, length));
                    count++;
                    _next++;
                }
            }
            finally
            {
                // A datagram that was refused was not sent, and its number is used again.
                ledger.EnterSent(sender, connection, count);
            }
        }
    }
}
