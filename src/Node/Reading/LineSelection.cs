using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Reading;

/// <summary>
/// Lets the wanted lines of segments through, whatever pieces they come in. A line that cannot be judged, since it begins with no
/// date, goes the way of the line before it.
/// </summary>
/// <param name="output">Where they go.</param>
/// <param name="times">Reads dates.</param>
/// <param name="wanted">The times that are wanted.</param>
/// <param name="host">The host, in files that hold lines of others too.</param>
internal sealed class LineSelection(Stream output, LineTimes times, TimeSpanWanted wanted, ReadOnlyMemory<byte> host)
{
    // "Mmm dd hh:mm:ss HOST ": the host's bytes may be written as four each.
    private const int HostAt = 16;
    private const int HeadBytesMax = HostAt + (4 * NodeSegments.HostBytesMax) + 1;

    private readonly byte[] _head = new byte[HeadBytesMax];
    private readonly byte[] _column = new byte[HeadBytesMax];
    private int _headBytes;
    private bool _isWithinLine;
    private bool _isChosen;
    private bool _isHostAsked;
    private long _writtenByTicks;
    private byte _last = (byte)'\n';

    /// <summary>The next bytes are of this segment.</summary>
    /// <returns>False when it can have no line that is wanted.</returns>
    public bool Begin(HostSegment segment)
    {
        _isHostAsked = segment.File.IsOthersToo;
        _writtenByTicks = segment.WrittenByTicks;
        (_headBytes, _isWithinLine) = (0, false);
        // What comes before a line without a date is not known when a segment is left out.
        return wanted.MayHave(segment.WrittenByTicks) || (_isChosen = false);
    }

    /// <summary>Takes the next bytes of the segment.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (wanted.IsAll && !_isHostAsked)
        {
            Put(bytes, isChosen: true);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n') + 1;
            var part = end > 0 ? bytes[..end] : bytes;
            if (_isWithinLine)
            {
                Put(part, _isChosen);
            }
            else if (_headBytes == 0 && (end > 0 || part.Length >= HeadBytesMax))
            {
                Judge(part);
                Put(part, _isChosen);
            }
            else
            {
                part = Gather(part, ref end);
            }

            _isWithinLine = end == 0 && _headBytes == 0;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>The segment has no more bytes, or none that can be read: the next line begins a line all the same.</summary>
    public void End()
    {
        if (_headBytes > 0)
        {
            JudgeHead();
        }

        if (_last != (byte)'\n')
        {
            Put("\n"u8, isChosen: true);
        }
    }

    // Gathers the beginning of a line that comes in pieces; the bytes that it took.
    private ReadOnlySpan<byte> Gather(ReadOnlySpan<byte> part, scoped ref int end)
    {
        var taken = part[..Math.Min(part.Length, HeadBytesMax - _headBytes)];
        taken.CopyTo(_head.AsSpan(_headBytes));
        _headBytes += taken.Length;
        end = taken.Length == part.Length ? end : 0;
        if (end > 0 || _headBytes == HeadBytesMax)
        {
            JudgeHead();
        }

        return taken;
    }

    private void JudgeHead()
    {
        var head = _head.AsSpan(0, _headBytes);
        Judge(head);
        Put(head, _isChosen);
        _headBytes = 0;
    }

    private void Put(ReadOnlySpan<byte> bytes, bool isChosen)
    {
        if (isChosen && !bytes.IsEmpty)
        {
            output.Write(bytes);
            _last = bytes[^1];
        }
    }

    private void Judge(ReadOnlySpan<byte> line)
    {
        if (times.TryRead(line, _writtenByTicks, out var first, out var last))
        {
            _isChosen = wanted.Has(first, last) && (!_isHostAsked || IsOfHost(line));
        }
    }

    private bool IsOfHost(ReadOnlySpan<byte> line)
    {
        var column = line.Length > HostAt ? line[HostAt..Math.Min(line.Length, HeadBytesMax)] : [];
        var end = column.IndexOf((byte)' ');
        return end >= 0 && _column.AsSpan(0, LineReader.Unescape(column[..end], _column, out _)).SequenceEqual(host.Span);
    }
}
