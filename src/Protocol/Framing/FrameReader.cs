namespace ActorLog.Protocol.Framing;

/// <summary>
/// Cuts one connection's byte stream into frames. It holds no bytes: the caller passes everything that is not consumed
/// yet, again and with more behind it, and gets offsets into it. What the frames are does not depend on how the stream
/// was chunked; only the choice of a framing (<see cref="FramingMode.Auto"/>) looks at the pauses.
/// </summary>
/// <remarks>
/// Auto, by the first bytes and then kept: a count, a blank and <c>&lt;</c> is octet counting (RFC 6587, section
/// 3.4.1); else a NUL means NUL-terminated (what Python sends: line feeds are content); else data that end in a line
/// feed at a pause are LF-terminated, where a NUL ends a frame too (RFC 6587, section 3.4.2).
/// </remarks>
public sealed class FrameReader
{
    // A text may begin with a time in nanoseconds (19 digits); twenty digits are nothing but an attack on a counter.
    private const int LeadingDigitsMax = 19;

    private readonly int _recordBytesMax;
    private long _position;
    private int _examined;
    private int _skipCounted;
    private bool _started;
    private bool _failed;
    private bool _skipToEnd;
    private bool _restOfSkipped;

    /// <summary>Starts at the first byte of a connection.</summary>
    /// <param name="mode">How the stream is cut.</param>
    /// <param name="recordBytesMax">A longer frame is cut there and the rest of it skipped; at least 1.</param>
    public FrameReader(FramingMode mode, int recordBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordBytesMax, 1);
        Framing = mode;
        _recordBytesMax = recordBytesMax;
    }

    /// <summary>The framing in use: <see cref="FramingMode.Auto"/> until it is found.</summary>
    public FramingMode Framing { get; private set; }

    /// <summary>
    /// The next step. The caller takes the frame, drops <see cref="FrameRead.Consumed"/> bytes and calls again, until
    /// <see cref="FrameReadKind.NeedMore"/> consumes nothing: then it waits for bytes or, when the stream is over, is
    /// done.
    /// </summary>
    /// <param name="unread">All bytes of the stream that were not consumed.</param>
    /// <param name="state">What is known of the stream behind them.</param>
    public FrameRead Read(ReadOnlySpan<byte> unread, StreamState state)
    {
        if (_failed)
        {
            return More(unread.Length);
        }

        if (Framing == FramingMode.Auto && _skipToEnd)
        {
            return SkipUnknown(unread);
        }

        if (Framing == FramingMode.Auto && !Choose(unread, state, out var step))
        {
            return step;
        }

        return Framing == FramingMode.OctetCounting ? ReadCounted(unread, state) : ReadTerminated(unread, state);
    }

    /// <summary>Finds the framing; false with a step to return while it is not found.</summary>
    private bool Choose(ReadOnlySpan<byte> unread, StreamState state, out FrameRead step)
    {
        step = default;
        var over = state is StreamState.Ended or StreamState.Broken;
        if (!_started && unread.Length > 0)
        {
            var counted = LooksCounted(unread, over);
            if (counted is null)
            {
                return false;
            }

            _started = true;
            if (counted.Value)
            {
                Framing = FramingMode.OctetCounting;
                return true;
            }
        }

        // Nothing behind the limit is looked at: it would make the choice depend on the chunks.
        var tooLong = unread.Length > _recordBytesMax;
        var window = tooLong ? unread[..(_recordBytesMax + 1)] : unread;
        var nul = window[Math.Min(_examined, window.Length)..].IndexOf((byte)0);
        if (nul >= 0)
        {
            Framing = FramingMode.Nul;
            _skipToEnd = _restOfSkipped;
            return true;
        }

        // A skipped record's line feed was consumed: nothing behind it is data that end in a line feed.
        var endsInLineFeed = unread.Length > 0 ? unread[^1] == '\n' : _restOfSkipped;
        if ((endsInLineFeed && state != StreamState.Flowing) || (tooLong && window.IndexOf((byte)'\n') >= 0))
        {
            Framing = FramingMode.LineFeed;
            _examined = 0;
            return true;
        }

        if (tooLong)
        {
            step = _restOfSkipped ? More(window.Length) : CutRecord(unread, 0);
            _skipToEnd = true;
            return false;
        }

        if (over)
        {
            step = _restOfSkipped ? More(unread.Length) : Last(unread, state);
            return false;
        }

        _examined = unread.Length;
        return false;
    }

    /// <summary>
    /// Whether a stream begins as octet counting does; null when more bytes are needed. A count with a leading zero, or
    /// of twenty digits and more, is taken for broken octet counting and not for text.
    /// </summary>
    private static bool? LooksCounted(ReadOnlySpan<byte> unread, bool over)
    {
        var digits = unread.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits == 0)
        {
            return false;
        }

        if (digits > LeadingDigitsMax || (digits < 0 && unread.Length > LeadingDigitsMax))
        {
            return true;
        }

        if (digits < 0 || (digits == unread.Length - 1 && unread[digits] == ' '))
        {
            return over ? false : null;
        }

        return unread[digits] == ' ' && unread[digits + 1] == '<';
    }

    /// <summary>Leaves out the rest of a record that was too long, while nobody knows yet what will end it.</summary>
    private FrameRead SkipUnknown(ReadOnlySpan<byte> unread)
    {
        var end = unread.IndexOfAny((byte)0, (byte)'\n');
        if (end < 0)
        {
            return More(unread.Length);
        }

        _skipToEnd = false;
        if (unread[end] == 0)
        {
            Framing = FramingMode.Nul;
            _restOfSkipped = false;
        }
        else
        {
            // Either the record's end or, if a NUL follows, one of its own line feeds.
            _restOfSkipped = true;
        }

        return More(end + 1);
    }

    private FrameRead ReadTerminated(ReadOnlySpan<byte> unread, StreamState state)
    {
        // The terminator of a record of exactly the limit's length stands at that index.
        var window = _skipToEnd || unread.Length <= _recordBytesMax ? unread : unread[..(_recordBytesMax + 1)];
        var from = Math.Min(_examined, window.Length);
        var rest = window[from..];
        var found = Framing == FramingMode.Nul ? rest.IndexOf((byte)0) : rest.IndexOfAny((byte)0, (byte)'\n');
        if (found >= 0)
        {
            var end = from + found;
            if (!_skipToEnd)
            {
                return Framed(unread, 0, end, end + 1);
            }

            _skipToEnd = false;
            return More(end + 1);
        }

        if (_skipToEnd)
        {
            return More(unread.Length);
        }

        if (window.Length > _recordBytesMax)
        {
            _skipToEnd = true;
            return CutRecord(unread, 0);
        }

        if (state is StreamState.Ended or StreamState.Broken)
        {
            return Last(unread, state);
        }

        _examined = unread.Length;
        return default;
    }

    private FrameRead ReadCounted(ReadOnlySpan<byte> unread, StreamState state)
    {
        var over = state is StreamState.Ended or StreamState.Broken;
        if (_skipCounted > 0)
        {
            var skipped = Math.Min(_skipCounted, unread.Length);
            _skipCounted -= skipped;
            return More(skipped);
        }

        if (unread.Length == 0)
        {
            return default;
        }

        var error = OctetCount.TryRead(unread, out var count, out var header);
        if (error != FrameErrorKind.None)
        {
            return Fail(error, unread.Length, header);
        }

        var body = unread.Length - header;
        if (header == 0 || body == 0)
        {
            return over ? Fail(FrameErrorKind.EndInCount, unread.Length, unread.Length) : default;
        }

        if (body >= count && count <= _recordBytesMax)
        {
            return Framed(unread, header, count, header + count);
        }

        if (count > _recordBytesMax && body >= _recordBytesMax)
        {
            _skipCounted = count - _recordBytesMax;
            return CutRecord(unread, header);
        }

        return over ? Framed(unread, header, body, unread.Length) with { Truncated = true } : default;
    }

    /// <summary>A stream that ends without a terminator ends its last record.</summary>
    private FrameRead Last(ReadOnlySpan<byte> unread, StreamState state)
    {
        return unread.Length == 0
            ? default
            : Framed(unread, 0, unread.Length, unread.Length) with { Truncated = state == StreamState.Broken };
    }

    private FrameRead CutRecord(ReadOnlySpan<byte> unread, int start)
    {
        var record = unread.Slice(start, _recordBytesMax);
        var kept = RecordLimit.KeptOf(record);
        return Framed(unread, start, kept, start + _recordBytesMax) with { Truncated = true };
    }

    private FrameRead Framed(ReadOnlySpan<byte> unread, int start, int length, int consumed)
    {
        More(consumed);
        var kind = FrameEnd.IsAllOf(unread.Slice(start, length)) ? FrameReadKind.Empty : FrameReadKind.Frame;
        return new FrameRead(kind, start, length, false, consumed, default);
    }

    private FrameRead Fail(FrameErrorKind kind, int length, int at)
    {
        var error = new FrameError(kind, _position + at);
        _failed = true;
        return More(length) with { Kind = FrameReadKind.Error, Error = error };
    }

    private FrameRead More(int consumed)
    {
        _position += consumed;
        _examined = 0;
        return new FrameRead(FrameReadKind.NeedMore, 0, 0, false, consumed, default);
    }
}
