using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ActorLog.Node.Storage;

/// <summary>A row as it was found, without its table: its rowid and its columns (long, double, string, bytes or null).</summary>
internal readonly record struct ScavengedRow(long RowId, object?[] Columns);

/// <summary>
/// Finds rows in the pages of a database whatever is broken around them: each leaf of a table is read for itself, with
/// its overflow pages, so that neither header nor schema nor the tree above is needed. Which table a row is of, and
/// whether its content is sound, is for the caller to tell. The format: https://sqlite.org/fileformat2.html.
/// </summary>
internal sealed class PageScavenger(DatabaseImage image)
{
    private const byte TableLeaf = 0x0D;
    private const int FileHeaderBytes = 100;
    private const int PayloadBytesMax = 64 << 20;

    /// <summary>All rows, in the order of the pages.</summary>
    public IEnumerable<ScavengedRow> Rows()
    {
        var free = image.FreePages();
        var page = new byte[image.PageBytes];
        for (var number = 1u; number <= image.Pages; number++)
        {
            if (free.Contains(number))
            {
                continue;
            }

            image.Read(number, page);
            var head = number == 1 ? FileHeaderBytes : 0;
            if (page[head] != TableLeaf)
            {
                continue;
            }

            var cells = Math.Min(ReadUInt16BigEndian(page.AsSpan(head + 3)), (page.Length - head - 8) / 2);
            for (var i = 0; i < cells; i++)
            {
                if (TryReadCell(page, ReadUInt16BigEndian(page.AsSpan(head + 8 + (i * 2))), out var row))
                {
                    yield return row;
                }
            }
        }
    }

    private bool TryReadCell(ReadOnlySpan<byte> page, int at, out ScavengedRow row)
    {
        row = default;
        if (at == 0 || !TryVarint(page, ref at, out var payload) || payload is < 1 or > PayloadBytesMax || !TryVarint(page, ref at, out var rowId))
        {
            return false;
        }

        var bytes = new byte[payload];
        var local = LocalBytes((int)payload, page.Length);
        if (at + local > page.Length)
        {
            return false;
        }

        page.Slice(at, local).CopyTo(bytes);
        if (local < payload
            && (at + local + 4 > page.Length || !TryReadOverflow(ReadUInt32BigEndian(page[(at + local)..]), bytes.AsSpan(local))))
        {
            return false;
        }

        if (TryReadRecord(bytes) is not { } columns)
        {
            return false;
        }

        row = new(rowId, columns);
        return true;
    }

    private bool TryReadOverflow(uint next, Span<byte> rest)
    {
        var page = new byte[image.PageBytes];
        while (rest.Length > 0)
        {
            if (next == 0 || next > image.Pages)
            {
                return false;
            }

            image.Read(next, page);
            next = ReadUInt32BigEndian(page);
            var length = Math.Min(rest.Length, page.Length - 4);
            page.AsSpan(4, length).CopyTo(rest);
            rest = rest[length..];
        }

        return true;
    }

    private static int LocalBytes(int payload, int usable)
    {
        var max = usable - 35;
        var min = ((usable - 12) * 32 / 255) - 23;
        var local = min + ((payload - min) % (usable - 4));
        return payload <= max ? payload : local <= max ? local : min;
    }

    private static object?[]? TryReadRecord(byte[] record)
    {
        var at = 0;
        if (!TryVarint(record, ref at, out var headerBytes) || headerBytes > record.Length)
        {
            return null;
        }

        var columns = new List<object?>();
        var body = (int)headerBytes;
        while (at < headerBytes)
        {
            if (!TryVarint(record, ref at, out var type) || !TryReadValue(record, ref body, type, out var value))
            {
                return null;
            }

            columns.Add(value);
        }

        return [.. columns];
    }

    private static bool TryReadValue(byte[] record, ref int at, long type, out object? value)
    {
        value = null;
        var length = type switch { 0 or 8 or 9 => 0, >= 1 and <= 4 => type, 5 => 6, 6 or 7 => 8, >= 12 => (type - 12) / 2, _ => -1 };
        if (length < 0 || length > record.Length - at)
        {
            return false;
        }

        var bytes = record.AsSpan(at, (int)length);
        at += (int)length;
        value = type switch
        {
            0 => null,
            7 => ReadDoubleBigEndian(bytes),
            8 => 0L,
            9 => 1L,
            < 7 => Integer(bytes),
            _ when type % 2 == 0 => bytes.ToArray(),
            _ => Encoding.UTF8.GetString(bytes),
        };
        return true;
    }

    private static long Integer(ReadOnlySpan<byte> bytes)
    {
        var value = (long)(sbyte)bytes[0];
        foreach (var b in bytes[1..])
        {
            value = (value << 8) | b;
        }

        return value;
    }

    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < 9; i++)
        {
            if (at >= bytes.Length)
            {
                return false;
            }

            var b = bytes[at++];
            if (i == 8)
            {
                value = (value << 8) | b;
                return true;
            }

            value = (value << 7) | (b & 0x7FL);
            if (b < 0x80)
            {
                return true;
            }
        }

        return true;
    }
}
