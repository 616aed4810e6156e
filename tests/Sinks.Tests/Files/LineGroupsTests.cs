using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using CsCheck;

namespace ActorLog.Sinks.Tests.Files;

public class LineGroupsTests
{
    [Fact]
    public void Lines_stand_with_their_path_in_their_order()
    {
        using var groups = Groups("{host}.log");
        using var batch = Batches.Of(("b", "1"), ("a", "2"), ("b", "3"), ("a", "4"), ("c", "5"));
        groups.Render(batch);
        Assert.Equal(3, groups.Count);
        Assert.Equal(("b.log", 2), (groups[0].Path, groups[0].Lines));
        Assert.Equal("Nov 23 05:50:00 b app: 1\nNov 23 05:50:00 b app: 3\n", Text(groups[0]));
        Assert.Equal("Nov 23 05:50:00 a app: 2\nNov 23 05:50:00 a app: 4\n", Text(groups[1]));
        Assert.Equal("Nov 23 05:50:00 c app: 5\n", Text(groups[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups[3]);
    }

    [Fact]
    public void A_next_batch_takes_the_place_of_the_first()
    {
        using var groups = Groups("{host}.log");
        using var first = Batches.Of(("a", "1"), ("b", "2"));
        using var second = Batches.Of(("b", "3"));
        groups.Render(first);
        groups.Render(second);
        Assert.Equal(1, groups.Count);
        Assert.Equal("Nov 23 05:50:00 b app: 3\n", Text(groups[0]));
    }

    [Fact]
    public void Lines_beyond_a_slab_make_a_second_piece()
    {
        using var groups = Groups("{host}.log");
        var message = new string('x', 60_000);
        using var batch = Batches.Of([.. Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? "a" : "b", message))]);
        groups.Render(batch);
        Assert.Equal(2, groups.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(groups[i].PieceCount > 1);
            Assert.Equal(20, groups[i].Lines);
            Assert.Equal(20, Text(groups[i]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Equal(groups[i].Bytes, Text(groups[i]).Length);
        }
    }

    [Fact]
    public void Any_batch_is_rendered_as_record_by_record()
    {
        using var groups = Groups("{host}/{program}.log");
        string[] names = ["a", "b", "c", "", ".."];
        var name = Gen.Int[0, names.Length - 1].Select(i => names[i]);
        Gen.Select(name, name, Gen.String[0, 50]).Array[1, 60].Sample(
            records =>
            {
                using var batch = Batches.Of(
                    Batches.Start,
                    [.. records.Select(r => (Encoding.UTF8.GetBytes(r.Item1), Encoding.UTF8.GetBytes(r.Item2), r.Item3))]);
                var expected = RecordByRecord(batch, "{host}/{program}.log");
                groups.Render(batch);
                return groups.Count == expected.Count
                    && Enumerable.Range(0, groups.Count).All(i => Text(groups[i]) == expected[groups[i].Path].ToString());
            },
            iter: 500,
            threads: 1);
    }

    private static Dictionary<string, StringBuilder> RecordByRecord(RecordBatch batch, string text)
    {
        Assert.True(PathTemplate.TryParse(text, out var template, out _));
        var writer = new LineWriter(TimeZoneInfo.Utc);
        var lines = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        foreach (var record in batch)
        {
            var line = new byte[writer.MaxBytes(record)];
            var path = template.PathOf(record);
            lines.TryAdd(path, new StringBuilder());
            lines[path].Append(Encoding.UTF8.GetString(line, 0, writer.Write(record, line)));
        }

        return lines;
    }

    internal static LineGroups Groups(string text)
    {
        Assert.True(PathTemplate.TryParse(text, out var template, out _));
        return new LineGroups(template, new LineWriter(TimeZoneInfo.Utc));
    }

    private static string Text(LineGroup group) => string.Concat(
        Enumerable.Range(0, group.PieceCount).Select(i => Encoding.UTF8.GetString(group.Piece(i))));
}
