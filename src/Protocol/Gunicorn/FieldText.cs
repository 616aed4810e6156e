using System.Buffers;
using System.Text;

namespace ActorLog.Protocol.Gunicorn;

/// <summary>A field as a string, where one is asked for.</summary>
internal static class FieldText
{
    /// <summary>Decodes UTF-8; each byte that is not becomes <c>\xHH</c>, so that none is lost or made another.</summary>
    public static string Decode(ReadOnlySpan<byte> field)
    {
        var text = new StringBuilder(field.Length);
        Span<char> units = stackalloc char[2];
        while (!field.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(field, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(units[..rune.EncodeToUtf16(units)]);
            }
            else
            {
                foreach (var invalid in field[..length])
                {
                    text.Append("\\x").Append(HexDigit(invalid >> 4))
                        .Append(HexDigit(invalid & 0xf));
                }
            }

            field = field[length..];
        }

        return text.ToString();
    }

    /// <summary>The field, or null for an absent one: empty or a dash.</summary>
    public static string? DecodeOrNull(ReadOnlySpan<byte> field) =>
        field.IsEmpty || field.SequenceEqual("-"u8) ? null : Decode(field);

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);
}
