using System.Buffers.Binary;

namespace ActorLog.Protocol.Batches;

/// <summary>Fills batches. One thread at a time; <see cref="Take"/> hands the filled batch over.</summary>
public sealed class BatchWriter : IDisposable
{
    private const int Unknown = -1;

    private RecordBatch? _batch;

    // The next batch is likely as large as the last: it need not grow.
    private int _lastLength;

    // The number here of each host of the batch that records come from: looked up once a batch, not once a record.
    private HostTable? _hostsFrom;
    private int[] _hostOf = [];

    /// <summary>Records in the batch being filled.</summary>
    public int Count => _batch?.Count ?? 0;

    /// <summary>Bytes in the batch being filled.</summary>
    public int Length => _batch?.Length ?? 0;

    /// <summary>Adds one record.</summary>
    /// <param name="record">What the parser found; each field within the limit that its documentation names.</param>
    /// <param name="host">What the record is filed under, <see cref="HostTable.NameBytesMax"/> bytes at most.</param>
    /// <param name="receivedTicks">Time of receipt, UTC ticks of 100 ns.</param>
    /// <returns>False when the batch has no room for another host: take it and append again.</returns>
    public bool TryAppend(scoped in ParsedRecord record, ReadOnlySpan<byte> host, long receivedTicks)
    {
        var length = checked(LogRecord.HeaderBytes + record.Program.Length + record.ProcId.Length + record.MsgId.Length
            + record.Level.Length + record.StructuredData.Length + record.Client.Length + record.User.Length
            + record.Forwarded.Length + record.Message.Length);
        var batch = BatchWithRoom(length, receivedTicks);
        var hostIndex = batch.Hosts.IndexOf(host);
        var delta = receivedTicks - batch.BaseTicks;
        if (hostIndex < 0 || delta != (int)delta)
        {
            return false;
        }

        var at = batch.Memory.AsSpan(batch.Length, length);
        BinaryPrimitives.WriteInt32LittleEndian(at, length);
        at[LogRecord.PriorityAt] = record.Priority.Value;
        at[LogRecord.ChannelAt] = (byte)record.Channel;
        BinaryPrimitives.WriteUInt16LittleEndian(at[LogRecord.FlagsAt..], (ushort)record.Flags);
        BinaryPrimitives.WriteInt32LittleEndian(at[LogRecord.ReceivedAt..], (int)delta);
        BinaryPrimitives.WriteInt64LittleEndian(
            at[LogRecord.TimestampAt..],
            (record.Flags & RecordFlags.HeaderTime) != 0 ? record.TimestampTicks : receivedTicks);
        BinaryPrimitives.WriteUInt16LittleEndian(at[LogRecord.HostAt..], (ushort)hostIndex);
        at[LogRecord.ProgramLengthAt] = checked((byte)record.Program.Length);
        at[LogRecord.ProcIdLengthAt] = checked((byte)record.ProcId.Length);
        at[LogRecord.MsgIdLengthAt] = checked((byte)record.MsgId.Length);
        at[LogRecord.LevelLengthAt] = checked((byte)record.Level.Length);
        WriteLength(at[LogRecord.StructuredDataLengthAt..], record.StructuredData.Length);
        WriteLength(at[LogRecord.ClientLengthAt..], record.Client.Length);
        WriteLength(at[LogRecord.UserLengthAt..], record.User.Length);
        WriteLength(at[LogRecord.ForwardedLengthAt..], record.Forwarded.Length);
        WriteLength(at[LogRecord.ReservedAt..], 0);

        var rest = at[LogRecord.HeaderBytes..];
        Put(ref rest, record.Program);
        Put(ref rest, record.ProcId);
        Put(ref rest, record.MsgId);
        Put(ref rest, record.Level);
        Put(ref rest, record.StructuredData);
        Put(ref rest, record.Client);
        Put(ref rest, record.User);
        Put(ref rest, record.Forwarded);
        Put(ref rest, record.Message);
        batch.Length += length;
        batch.Count++;
        return true;
    }

    /// <summary>Adds a record of another batch as it is, under the same host.</summary>
    /// <returns>False when the batch has no room for another host: take it and append again.</returns>
    public bool TryAppend(scoped in LogRecord record)
    {
        var received = record.ReceivedTicks;
        var batch = BatchWithRoom(record.Length, received);
        var hostIndex = IndexOfHost(record, batch);
        var delta = received - batch.BaseTicks;
        if (hostIndex < 0 || delta != (int)delta)
        {
            return false;
        }

        var at = batch.Memory.AsSpan(batch.Length, record.Length);
        record.Bytes.CopyTo(at);
        BinaryPrimitives.WriteInt32LittleEndian(at[LogRecord.ReceivedAt..], (int)delta);
        BinaryPrimitives.WriteUInt16LittleEndian(at[LogRecord.HostAt..], (ushort)hostIndex);
        batch.Length += record.Length;
        batch.Count++;
        return true;
    }

    /// <summary>The filled batch, now the caller's; null when nothing was added.</summary>
    public RecordBatch? Take()
    {
        if (_batch is not { Count: > 0 } taken)
        {
            return null;
        }

        _batch = null;
        _hostsFrom = null;
        _lastLength = Math.Min(taken.Length, SlabPool.SlabBytes);
        return taken;
    }

    /// <summary>Releases a batch that nobody took.</summary>
    public void Dispose()
    {
        _batch?.Dispose();
        _batch = null;
        _hostsFrom = null;
    }

    private int IndexOfHost(scoped in LogRecord record, RecordBatch batch)
    {
        if (!ReferenceEquals(record.Hosts, _hostsFrom))
        {
            _hostsFrom = record.Hosts;
            if (_hostOf.Length < _hostsFrom.Count)
            {
                _hostOf = new int[_hostsFrom.Count];
            }

            _hostOf.AsSpan(0, _hostsFrom.Count).Fill(Unknown);
        }

        ref var known = ref _hostOf[record.HostIndex];
        return known != Unknown ? known : known = batch.Hosts.IndexOf(record.Host);
    }

    private RecordBatch BatchWithRoom(int length, long receivedTicks)
    {
        var batch = _batch ??= new RecordBatch(Math.Max(length, _lastLength));
        if (batch.Count == 0)
        {
            batch.BaseTicks = receivedTicks;
        }

        if (batch.Length + length > batch.Memory.Length - SlabPool.PaddingBytes)
        {
            batch.Grow(Math.Max(batch.Length * 2, batch.Length + length));
        }

        return batch;
    }

    private static void WriteLength(Span<byte> at, int length) =>
        BinaryPrimitives.WriteUInt16LittleEndian(at, checked((ushort)length));

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> field)
    {
        field.CopyTo(rest);
        rest = rest[field.Length..];
    }
}
