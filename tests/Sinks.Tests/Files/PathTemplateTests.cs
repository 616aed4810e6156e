using System.Text;
using ActorLog.Protocol.Batches;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using CsCheck;

namespace ActorLog.Sinks.Tests.Files;

public class PathTemplateTests
{
    [Theory]
    [InlineData("{host}/{program}.log", "web1", "sshd", "web1/sshd.log")]
    [InlineData("{host}.log", "2001:db8::1", "x", "2001%3Adb8%3A%3A1.log")]
    [InlineData("{host}.log", "../../etc/cron.d/x", "x", "%2E.%2F..%2Fetc%2Fcron.d%2Fx.log")]
    [InlineData("{host}/{program}", "web1", "/tmp/actorlog-canary", "web1/%2Ftmp%2Factorlog-canary")]
    [InlineData("{host}", ".", "x", "%2E")]
    [InlineData("{host}", "..", "x", "%2E.")]
    [InlineData("{host}", "-rf", "x", "%2Drf")]
    [InlineData("{host}", "", "x", "_")]
    [InlineData("{host}", "_", "x", "%5F")]
    [InlineData("{host}", "a_b", "x", "a_b")]
    [InlineData("{host}", "50%", "x", "50%25")]
    [InlineData("{host}", "a\0b\n", "x", "a%00b%0A")]
    [InlineData("{host}", "web1.log-20261123T055000Z-00000042", "x", "web1.log-20261123T055000Z-00000042%r")]
    [InlineData("{host}", "web1.log-20261123T055000Z-00000042.gz", "x", "web1.log-20261123T055000Z-00000042.gz%r")]
    [InlineData("{host}", "x.tmp", "x", "x.tmp%r")]
    [InlineData("{host}-{program}", "web-1", "a-b", "web%2D1-a-b")]
    [InlineData("all/{year}-{month}-{day}/{hour}.log", "x", "x", "all/2026-11-23/05.log")]
    [InlineData("{facility}.{severity}.log", "x", "x", "user.notice.log")]
    [InlineData("{app}.{channel}.log", "x", "gunicorn.shop.access", "gunicorn%2Eshop%2Eaccess.other.log")]
    public void A_path_is_made_of_the_record(string template, string host, string program, string expected)
    {
        Assert.True(PathTemplate.TryParse(template, out var parsed, out _));
        using var batch = Batches.One(Encoding.UTF8.GetBytes(host), Encoding.UTF8.GetBytes(program));
        Assert.Equal(expected, PathOf(parsed, batch));
    }

    [Theory]
    [InlineData("{host}.log", "web1", "/logs/web1.log", true)]
    [InlineData("{host}.log", "web1", "/logs/web10.log", false)]
    [InlineData("{host}.log", "web1", "/logs/xweb1.log", false)]
    [InlineData("{host}.log", "web1", "/logs/web1xlog", false)]
    [InlineData("{host}.log", "2001:db8::1", "2001%3Adb8%3A%3A1.log", true)]
    [InlineData("{host}", "x.tmp", "/logs/x.tmp%r", true)]
    [InlineData("{host}", "x", "/logs/y%x0123456789ABCDEF0123456789ABCDEF", true)]
    [InlineData("{host}/{program}.log", "web1", "/logs/web1/sshd.log", true)]
    [InlineData("{host}/{program}.log", "web1", "/logs/web2/web1.log", false)]
    [InlineData("{program}-{host}.log", "web-1", "/logs/a-web-1.log", true)]
    [InlineData("all.log", "web1", "/logs/all.log", true)]
    public void The_paths_of_a_host_are_recognised(string template, string host, string path, bool expected)
    {
        Assert.True(PathTemplate.TryParse(template, out var parsed, out _));
        Assert.Equal(expected, parsed.PathsOf(Encoding.UTF8.GetBytes(host)).IsMatch(path));
    }

    [Theory]
    [InlineData("gunicorn.shop.access", Channel.Access, "shop-access")]
    [InlineData("gunicorn.my.shop.app", Channel.App, "my.shop-app")]
    [InlineData("gunicorn..error", Channel.Error, "gunicorn..error-error")]
    public void An_app_is_the_middle_of_a_gunicorn_program(string program, Channel channel, string expected)
    {
        Assert.True(PathTemplate.TryParse("{app}-{channel}", out var template, out _));
        using var batch = Batches.One("h"u8.ToArray(), Encoding.UTF8.GetBytes(program), channel);
        Assert.Equal(expected, PathOf(template, batch));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("/var/log/{host}", 0)]
    [InlineData("a//b", 2)]
    [InlineData("a/", 2)]
    [InlineData("../{host}", 0)]
    [InlineData("a/./b", 2)]
    [InlineData(".hidden/{host}", 0)]
    [InlineData("-x", 0)]
    [InlineData("a/{hots}.log", 2)]
    [InlineData("a/{host.log", 2)]
    [InlineData("a}b", 1)]
    [InlineData("a b", 1)]
    [InlineData("a%41", 1)]
    [InlineData("a\\b", 1)]
    [InlineData("{host}{program}", 6)]
    [InlineData("{host}x{program}", 6)]
    [InlineData("{host}{year}{program}", 6)]
    [InlineData("{host}.tmp", 6)]
    [InlineData("{host}.log.gz", 6)]
    [InlineData("a/b/c/d/e/f/g/h/i", 0)]
    public void A_wrong_template_is_refused_with_its_place(string template, int offset)
    {
        Assert.False(PathTemplate.TryParse(template, out var parsed, out var error));
        Assert.Null(parsed);
        Assert.Equal(offset, error.Offset);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("{host}/{program}.log")]
    [InlineData("{host}-{program}.log")]
    [InlineData("{host}_{program}")]
    [InlineData("{host}.{program}.{year}{month}{day}")]
    [InlineData("{program}.{host}")]
    public void Different_hosts_and_programs_have_different_paths_within_the_root(string text)
    {
        Assert.True(PathTemplate.TryParse(text, out var template, out _));
        var nasty = Gen.OneOf([.. "./-_%a2E\0\u00E2".Select(c => Gen.Const((byte)c))]);
        var name = Gen.OneOf(nasty.Array[0, 4], Gen.Byte.Array[0, 255]);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        Gen.Select(name, name).Sample(
            (host, program) =>
            {
                using var batch = Batches.One(host, program);
                var path = PathOf(template, batch);
                var source = $"{Convert.ToHexString(host)}:{Convert.ToHexString(program)}";
                var isNew = seen.TryAdd(path, source);
                return (isNew || seen[path] == source) && StorePath.IsLegal(path) && path.All(c => c is > ' ' and <= '~')
                    && path.Split('/').All(part => part.Length <= PathEncoding.NameBytesMax + 2
                        && part[0] is not ('.' or '-') && !SegmentName.IsReserved(part));
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void A_long_host_is_cut_and_stays_distinct()
    {
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 100; i++)
        {
            var host = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\U0001F600", 60)) + i);
            using var batch = Batches.One(host, []);
            var path = PathOf(template, batch);
            Assert.InRange(path.Length, 1, PathEncoding.NameBytesMax);
            Assert.EndsWith(".log", path, StringComparison.Ordinal);
            Assert.True(paths.Add(path));
        }
    }

    [Fact]
    public void A_cut_name_is_no_segments_name_either()
    {
        Assert.True(PathTemplate.TryParse("{host}-20261123T055000Z-00000042", out var template, out _));
        using var batch = Batches.One(new byte[255], []);
        Assert.EndsWith("-20261123T055000Z-00000042%r", PathOf(template, batch), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_gives_one_object_per_path_and_batch_after_batch()
    {
        Assert.True(PathTemplate.TryParse("{host}/{severity}.log", out var template, out _));
        var table = new PathTable(template);
        using var first = Batches.One("a"u8.ToArray(), [], priority: 13);
        using var second = Batches.One("a"u8.ToArray(), [], priority: 21);
        using var third = Batches.One("b"u8.ToArray(), [], priority: 13);
        var path = InTable(table, first);
        Assert.Same(path, InTable(table, second));
        Assert.Same(path, InTable(table, first));
        Assert.Equal("b/notice.log", InTable(table, third).Value);
    }

    [Fact]
    public void A_host_number_of_another_batch_is_not_taken_for_this_ones()
    {
        Assert.True(PathTemplate.TryParse("{host}", out var template, out _));
        var table = new PathTable(template);
        using var first = Batches.One("a"u8.ToArray(), []);
        using var second = Batches.One("b"u8.ToArray(), []);
        Assert.Equal("a", InTable(table, first).Value);
        Assert.Equal("b", InTable(table, second).Value);
        Assert.Equal("a", InTable(table, first).Value);
    }

    private static FilePath InTable(PathTable table, RecordBatch batch)
    {
        table.Begin(batch);
        var records = batch.GetEnumerator();
        Assert.True(records.MoveNext());
        return table.PathOf(records.Current);
    }

    private static string PathOf(PathTemplate template, RecordBatch batch)
    {
        var records = batch.GetEnumerator();
        Assert.True(records.MoveNext());
        var path = template.PathOf(records.Current);
        Assert.Equal(path, InTable(new PathTable(template), batch).Value);
        return path;
    }
}
