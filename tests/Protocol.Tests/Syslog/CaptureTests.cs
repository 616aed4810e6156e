using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorLog.Protocol.Tests.Syslog;

/// <summary>Every captured datagram with expected fields: the fields, and the line to the byte.</summary>
public sealed class CaptureTests
{
    private const string Backslash = "A backslash in front of one of nrtxu is doubled, so that the line can be read back.";

    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "Captures");

    /// <summary>Where the line differs from the expected one: file and record, what stands there, what it should be, and why.</summary>
    private static readonly Dictionary<string, (string Expected, string Right, string Why)> LineDifferences = new()
    {
        ["gunicorn-django-udp.jsonl:90"] = ("""/missing/"\n<14>x""", """/missing/"\\n<14>x""", Backslash),
        ["gunicorn-django-udp.jsonl:92"] = ("""wrong\"\nsecond""", """wrong\"\\nsecond""", Backslash),
        ["gunicorn-django-udp.jsonl:121"] = ("""wrong\"\nsecond""", """wrong\"\\nsecond""", Backslash),
        ["gunicorn-django-udp.jsonl:149"] = ("""/u/a\nb\r\x00c""", """/u/a\\nb\\r\\x00c""", Backslash),
        ["gunicorn-django-udp.jsonl:177"] = ("""caf\xe9'""", """caf\\xe9'""", Backslash),
        ["gunicorn-django-udp.jsonl:193"] = ("""\n literal""", """\\n literal""", Backslash),
        ["gunicorn-django-variants.jsonl:15"] = ("""wrong\"\nsecond""", """wrong\"\\nsecond""", Backslash),
        ["gunicorn-django-variants.jsonl:36"] = ("""/missing/"\n<14>x""", """/missing/"\\n<14>x""", Backslash),
        ["gunicorn-django-variants.jsonl:55"] = ("""/missing/"\n<14>x""", """/missing/"\\n<14>x""", Backslash),
        ["gunicorn-django-variants.jsonl:68"] = ("""/missing/"\n<14>x""", """/missing/"\\n<14>x""", Backslash),
        ["gunicorn-django-variants.jsonl:70"] = ("""wrong\"\nsecond""", """wrong\"\\nsecond""", Backslash),
        ["gunicorn-django-variants.jsonl:105"] = ("""/missing/"\n<14>x""", """/missing/"\\n<14>x""", Backslash),
    };

    [Fact]
    public void Every_captured_record_gives_the_expected_fields_and_line()
    {
        var files = new Dictionary<string, string[]>();
        var faults = new List<string>();
        var count = 0;
        foreach (var text in File.ReadLines(Path.Combine(Directory, "expected.jsonl")))
        {
            using var entry = JsonDocument.Parse(text);
            var file = entry.RootElement.GetProperty("file").GetString()!;
            var number = entry.RootElement.GetProperty("record").GetInt32();
            if (!files.TryGetValue(file, out var lines))
            {
                files.Add(file, lines = File.ReadAllLines(Path.Combine(Directory, file)));
            }

            using var capture = JsonDocument.Parse(lines[number - 1]);
            var frame = WithoutCount(capture.RootElement.GetProperty("b64").GetBytesFromBase64());
            var name = $"{file}:{number}";
            faults.AddRange(Faults(name, entry.RootElement, RecordReading.Of(frame)));
            count++;
        }

        Assert.Equal(467, count);
        Assert.True(faults.Count == 0, $"{faults.Count} faults\n{string.Join('\n', faults)}");
    }

    private static IEnumerable<string> Faults(string name, JsonElement entry, RecordReading reading)
    {
        var actual = reading.FieldTexts();
        var expected = entry.GetProperty("expect").EnumerateObject().ToDictionary(
            field => field.Name,
            field => field.Value.ValueKind == JsonValueKind.Array
                ? string.Join('|', field.Value.EnumerateArray().Select(element => element.GetString()))
                : field.Value.ToString());
        foreach (var timeField in new[] { "timestamp", "event_time" }.Where(expected.ContainsKey))
        {
            expected[timeField] = RecordReading.Instant(DateTimeOffset.Parse(expected[timeField], CultureInfo.InvariantCulture));
        }

        foreach (var field in expected.Keys.Union(actual.Keys))
        {
            var want = expected.GetValueOrDefault(field);
            var have = actual.GetValueOrDefault(field);
            if (want != have)
            {
                yield return $"{name} {field}: expected <{want}>, is <{have}>";
            }
        }

        var line = entry.GetProperty("line").GetString()!;
        if (LineDifferences.TryGetValue(name, out var difference))
        {
            Assert.Contains(difference.Expected, line, StringComparison.Ordinal);
            line = line.Replace(difference.Expected, difference.Right, StringComparison.Ordinal);
        }

        if (line != reading.Line)
        {
            yield return $"{name} line: expected\n  <{line}>\n  <{reading.Line}>";
        }
    }

    /// <summary>An octet count in a datagram is taken off by the framing, which these records did not pass.</summary>
    private static byte[] WithoutCount(byte[] frame)
    {
        var text = Encoding.Latin1.GetString(frame);
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return digits > 0 && text[digits..].StartsWith(" <", StringComparison.Ordinal) ? frame[(digits + 1)..] : frame;
    }
}
