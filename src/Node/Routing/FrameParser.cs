using System.Runtime.CompilerServices;
using ActorLog.Node.Hosting;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Routing;

/// <summary>
/// Frames in, records out: decides here, once and for all, what host a record is filed under. One thread at a time.
/// </summary>
internal sealed class FrameParser(Ledger ledger) : IDisposable
{
    private readonly SyslogParser _parser = new();
    private readonly BatchWriter _writer = new();
    private readonly byte[] _scratch = new byte[SyslogParser.ScratchBytes];
    private readonly ConditionalWeakTable<SourceSettings, TrustedProxies> _trusted = [];

    /// <summary>Parses a batch of frames, which is released. Mostly one batch of records, rarely more, never none.</summary>
    public IReadOnlyList<RecordBatch> Parse(FrameBatch ownedFrames)
    {
        using var frames = ownedFrames;
        var batches = new List<RecordBatch>(1);
        var (unparsed, truncated) = (0, 0);
        Sender? sender = null;
        ParseContext context = default;
        foreach (ref readonly var frame in frames.Frames)
        {
            if (!ReferenceEquals(sender, frames.Senders[frame.Sender]))
            {
                sender = frames.Senders[frame.Sender];
                var trusted = _trusted.GetValue(sender.Source, static source => new TrustedProxies(source.TrustedProxies));
                context = new ParseContext(frames.ReceivedTicks, sender.Source.TimeZone, trusted);
            }

            var record = _parser.Parse(frames.BytesOf(frame), context, _scratch);
            if (frame.Truncated)
            {
                record.Flags |= RecordFlags.Truncated;
                truncated++;
            }

            unparsed += (record.Flags & RecordFlags.Unparsed) != 0 ? 1 : 0;
            var host = HostChoice.Choose(sender!.Source.KeepHostname, record.Hostname, sender.Host);
            if (!_writer.TryAppend(record, host, frames.ReceivedTicks))
            {
                batches.Add(_writer.Take()!);
                _writer.TryAppend(record, host, frames.ReceivedTicks);
            }
        }

        if (_writer.Take() is { } last)
        {
            batches.Add(last);
        }

        ledger.Add(LedgerAccount.Unparsed, unparsed);
        ledger.Add(LedgerAccount.Truncated, truncated);
        return batches;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
