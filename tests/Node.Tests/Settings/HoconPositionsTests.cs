using ActorLog.Node.Settings;
using CsCheck;

namespace ActorLog.Node.Tests.Settings;

public class HoconPositionsTests
{
    [Theory]
    [InlineData("a = 1", "a", 1, 1)]
    [InlineData("a {\n  b = 1\n}", "a.b", 2, 3)]
    [InlineData("a.b.c : 1", "a.b.c", 1, 1)]
    [InlineData("a.b { c.d = 1 }", "a.b.c.d", 1, 7)]
    [InlineData("# x = 1\n// y\nx = 2", "x", 3, 1)]
    [InlineData("a = \"# no // comment }\" # b = 1\nb = 2", "b", 2, 1)]
    [InlineData("a = \"\"\"\n b = 1\n\"\"\"\nb = 2", "b", 4, 1)]
    [InlineData("a { \"x.y\" { c = 1 } }", "a.\"x.y\".c", 1, 13)]
    [InlineData("a = [ x, y ]", "a[1]", 1, 10)]
    [InlineData("a = [\n  { b = 1 }\n  { not { c = 2 } }\n]", "a[1].not.c", 3, 11)]
    [InlineData("a = [[1, 2], [3]]", "a[1][0]", 1, 15)]
    [InlineData("a = 1, b = 2", "b", 1, 8)]
    [InlineData("a = \"\\\"}\", b = 2", "b", 1, 12)]
    [InlineData("a = 1\r\nb = 2\r\n", "b", 2, 1)]
    [InlineData("a = /dev/log\nb=1", "b", 2, 1)]
    public void A_key_is_found_where_it_stands(string text, string path, int line, int column)
    {
        var positions = HoconPositions.Scan(text);

        Assert.Null(positions.Fault);
        Assert.Equal(new HoconPosition(line, column), positions[path]);
    }

    [Theory]
    [InlineData("a {\n  b = 1\n", 1, 3, "'{' is not closed")]
    [InlineData("a = 1\n}", 2, 1, "'}' closes nothing")]
    [InlineData("a = [1, 2", 1, 5, "'[' is not closed")]
    [InlineData("a = \"x\nb = 1", 1, 5, "the quote is not closed in its line")]
    [InlineData("a = \"\"\"x", 1, 5, "'\"\"\"' is not closed")]
    [InlineData("a =\nb = 1", 1, 1, "no value behind '='")]
    [InlineData("a {\n  b\n}", 2, 3, "no value: KEY = VALUE or KEY { ... } (text with braces needs quotes)")]
    [InlineData("a = {host}.log", 1, 6, "no value: KEY = VALUE or KEY { ... } (text with braces needs quotes)")]
    [InlineData("a = 127.0.0.1:5140", 1, 14, "text with ':' in it needs quotes: \"...\"")]
    [InlineData("a = gunicorn.*", 1, 14, "text with '*' in it needs quotes: \"...\"")]
    [InlineData("a = [::1]:5140", 1, 6, "text with ':' in it needs quotes: \"...\"")]
    [InlineData("a = [x]:5140", 1, 8, "':' behind ']' (text with brackets needs quotes)")]
    [InlineData("a = \"/^g\\./\"", 1, 9, "a backslash in quotes is written twice: \\\\")]
    [InlineData("a { x { b = 1 }, y { c = 2 } }", 1, 16, "a comma behind '}' is not read: begin a new line instead")]
    [InlineData("a = 1\na = 2", 2, 1, "stands twice; first in line 1")]
    [InlineData("a = [1]\na += 2", 2, 3, "'+=' is not read: write the whole list")]
    [InlineData("include \"x.conf\"", 1, 1, "include is not read: one file holds the whole configuration")]
    [InlineData("actorlog.spool.path = ${?SPOOL}", 1, 23, "${...} is not filled in: write the value, or set ACTORLOG_SPOOL_PATH")]
    [InlineData("a = ${a}", 1, 5, "${...} is not filled in: write the value, or set ACTORLOG_A")]
    [InlineData("a b = 1", 1, 1, "no value: KEY = VALUE or KEY { ... } (text with braces needs quotes)")]
    [InlineData("a.=1", 1, 3, "'=' where a key should be")]
    public void What_the_parser_would_misread_is_told_with_its_place(string text, int line, int column, string message)
    {
        var fault = HoconPositions.Scan(text).Fault;

        Assert.NotNull(fault);
        Assert.Equal((new HoconPosition(line, column), message), (fault.Value.Position, fault.Value.Text));
    }

    [Fact]
    public void Braces_without_end_are_a_fault_and_not_a_stack_overflow()
    {
        var text = string.Concat(Enumerable.Repeat("a {", 100_000));

        Assert.Equal("more than 32 levels of braces", HoconPositions.Scan(text).Fault?.Text);
        Assert.Equal("more than 32 levels of brackets", HoconPositions.Scan("a = " + new string('[', 100_000)).Fault?.Text);
    }

    [Fact]
    public void Every_text_comes_to_an_end()
    {
        const string Signs = "ab.=:{}[]\",#/\\$+ \n\t\"";
        Gen.Char[Signs].Array[0, 40].Sample(signs => HoconPositions.Scan(new string(signs)) is not null, iter: 5000);
    }

    [Fact]
    public void What_passes_the_scan_is_read_by_the_parser_and_comes_to_an_end() =>
        Gen.OneOf("a", "actorlog", "spool", "sources", "b.c", "1", "10 MiB", "\"x:y\"", "\"a.b\"", " = ", " : ", " { ", " }", "[", "]", ",", "\n", " ", "# c\n", "/", "\"\"\"x\"\"\"", "'", "-", "(", ";", "null")
            .Array[0, 25].Sample(words =>
            {
                var text = string.Concat(words);
                if (HoconPositions.Scan(text).Fault is null)
                {
                    using var folder = new TemporaryFolder();
                    folder.Read(text);
                }
            }, iter: 5000);
}
