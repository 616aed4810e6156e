using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorLog.Node.Reporting;

/// <summary>
/// One fact of a report: a kind and its values, as <c>kind name=value ...</c> or as a JSON object. Kinds and names are
/// documented in docs/operations.md and do not change; new ones may come.
/// </summary>
/// <param name="Kind">The first word.</param>
/// <param name="Values">Numbers and texts by name, in order.</param>
internal sealed record ReportLine(string Kind, params IReadOnlyList<(string Name, object Value)> Values)
{
    /// <summary>A line of text; a value with a blank in it is quoted.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(Kind);
        foreach (var (name, value) in Values)
        {
            line.Append(' ').Append(name).Append('=').Append(Word(value));
        }

        return line.ToString();
    }

    /// <summary>A JSON object on one line.</summary>
    public string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("kind", Kind);
            foreach (var (name, value) in Values)
            {
                if (value is long number)
                {
                    json.WriteNumber(name, number);
                }
                else
                {
                    json.WriteString(name, value.ToString());
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string Word(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.Length == 0 || text.Any(static c => c is <= ' ' or '"') ? JsonSerializer.Serialize(text) : text;
    }
}
