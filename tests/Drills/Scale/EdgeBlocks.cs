using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Drills.Scale;

/// <summary>Blocks as an edge makes them of what one host has logged. One thread at a time.</summary>
internal sealed class EdgeBlocks : IDisposable
{
    private readonly SyslogParser _parser = new();
    private readonly byte[] _scratch = new byte[SyslogParser.ScratchBytes];
    private readonly byte[] _bytes = new byte[OracleMessages.BytesMax];
    private readonly BatchWriter _batch = new();
    private readonly Dictionary<int, BlockWriter> _writers = [];

    /// <summary>The block with the messages from a number on, of the ledger's sender 0.</summary>
    public byte[] Make(int connection, string host, long first, int count, int slots)
    {
        var messages = new OracleMessages(0, connection, host, OracleHeader.Rfc3164, null);
        var now = DateTime.UtcNow.Ticks;
        var context = new ParseContext(now, TimeZoneInfo.Utc, new TrustedProxies([]));
        for (var i = 0; i < count; i++)
        {
            var length = messages.Write(_bytes, first + i);
            Assert.True(_batch.TryAppend(
                _parser.Parse(_bytes.AsSpan(0, length), context, _scratch), System.Text.Encoding.ASCII.GetBytes(host), now));
        }

        using var records = _batch.Take()!;
        if (!_writers.TryGetValue(slots, out var writer))
        {
            _writers.Add(slots, writer = new BlockWriter(BlockCompression.Zstd, slots));
        }

        var blocks = new List<byte[]>();
        writer.Write(records, blocks);
        return Assert.Single(blocks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        foreach (var writer in _writers.Values)
        {
            writer.Dispose();
        }
    }
}
