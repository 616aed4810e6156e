using System.Buffers;
using System.Globalization;
using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Node.Cli;

/// <summary>Writes records of a spool to a stream.</summary>
internal sealed class SpoolExport(Stream output, ExportFormat format, TimeZoneInfo zone)
{
    private readonly LineWriter _lines = new(zone);
    private readonly ArrayBufferWriter<byte> _frame = new();

    /// <summary>Records written so far.</summary>
    public long Records { get; private set; }

    /// <summary>Writes a batch, record by record.</summary>
    public void Write(RecordBatch batch)
    {
        foreach (var record in batch)
        {
            if (format == ExportFormat.Lines)
            {
                var room = new byte[_lines.MaxBytes(record)];
                output.Write(room.AsSpan(0, _lines.Write(record, room)));
            }
            else
            {
                WriteFrame(record);
            }

            Records++;
        }
    }

    // RFC 5424, section 6; what cannot stand in a header field is escaped as in a line, so that no field breaks in two.
    private void WriteFrame(in LogRecord record)
    {
        _frame.ResetWrittenCount();
        var time = new DateTime(record.TimestampTicks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        _frame.Write(Encoding.ASCII.GetBytes($"<{record.Priority.Value}>1 {time}"));
        Field(record.Host);
        Field(record.Program);
        Field(record.ProcId);
        Field(record.MsgId);
        _frame.Write(" "u8);
        _frame.Write(record.StructuredData.IsEmpty ? "-"u8 : record.StructuredData);
        if (!record.Message.IsEmpty)
        {
            _frame.Write(" "u8);
            _frame.Write(record.Message);
        }

        output.Write(Encoding.ASCII.GetBytes($"{_frame.WrittenCount} "));
        output.Write(_frame.WrittenSpan);
    }

    private void Field(ReadOnlySpan<byte> value)
    {
        _frame.Write(" "u8);
        if (value.IsEmpty)
        {
            _frame.Write("-"u8);
        }

        foreach (var b in value)
        {
            var at = _frame.GetSpan(1);
            at[0] = b is > (byte)' ' and < 0x7F ? b : (byte)'_';
            _frame.Advance(1);
        }
    }
}
