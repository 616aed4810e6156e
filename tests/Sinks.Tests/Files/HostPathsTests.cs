using System.Text;
using ActorLog.Sinks.Files;

namespace ActorLog.Sinks.Tests.Files;

public sealed class HostPathsTests
{
    [Theory]
    [EachDisk]
    public void The_segments_of_a_host_are_found_and_nobody_else_s(string kind)
    {
        using var disk = Disk.Open(kind);
        foreach (var name in new[]
        {
            "web1.log", "web1.log-20261125T000000Z-00000007", "web1.log-20261124T000000Z-00000003.gz", "web10.log", "web1.log2",
            "web1.log-20261125T000000Z-00000008.gz.tmp", ".cut-20261125T000000Z-5-web1.log", "web1.log/x",
        }.Where(static name => !name.Contains('/')))
        {
            disk.Put(name, name);
        }

        var found = PathsOf("{host}.log", "web1").Find(disk.Store);
        Assert.Equal(
            ["web1.log", "web1.log-20261124T000000Z-00000003.gz", "web1.log-20261125T000000Z-00000007"], found.Select(static f => f.Path));
        Assert.All(found, static file => Assert.Equal(("web1.log", false), (file.Log, file.IsOthersToo)));
        Assert.Equal([null, 3L, 7L], found.Select(static file => file.Sealed?.Number));
        Assert.All(found, file => Assert.Equal(disk.Store.Status(file.Path)!.Value.Identity.Inode, file.Inode));
        Assert.All(found, static file => Assert.Equal(file.Path.Length, file.Bytes));
    }

    [Theory]
    [EachDisk]
    public void Folders_of_the_template_are_gone_through(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put("2026/web1/app.log", "a");
        disk.Put("2026/web1/cron.log-20261124T000000Z-00000003", "b");
        disk.Put("2026/web2/app.log", "c");
        disk.Put("2027/web1/app.log", "d");
        disk.Put("web1/app.log", "e");
        Assert.Equal(
            ["2026/web1/app.log", "2026/web1/cron.log-20261124T000000Z-00000003", "2027/web1/app.log"],
            PathsOf("{year}/{host}/{program}.log", "web1").Find(disk.Store).Select(static f => f.Path));
    }

    [Theory]
    [InlineData("../web1")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    public void No_name_leads_out_of_the_root(string host)
    {
        using var disk = Disk.Open("directory");
        disk.Put("logs/a/b.log", "x");
        Assert.Empty(PathsOf("logs/a/{host}.log", host).Find(disk.Store));
        Assert.False(PathsOf("{host}.log", host).IsMatch($"{host}.log", out _));
    }

    [Fact]
    public void A_link_is_no_file_of_a_host()
    {
        using var disk = Disk.Open("directory");
        disk.Put("other.log", "x");
        File.CreateSymbolicLink(Path.Combine(disk.Root, "web1.log"), Path.Combine(disk.Root, "other.log"));
        Directory.CreateSymbolicLink(Path.Combine(disk.Root, "web1"), "/tmp");
        Assert.Empty(PathsOf("{host}.log", "web1").Find(disk.Store));
        Assert.Empty(PathsOf("{host}/{program}.log", "web1").Find(disk.Store));
    }

    [Fact]
    public void A_name_that_was_cut_may_be_of_others_too()
    {
        var name = new string('a', 150);
        var paths = PathsOf("{host}-{program}.log", "web1");
        Assert.True(paths.IsMatch("web1-app.log", out var isOthersToo));
        Assert.False(isOthersToo);
        Assert.True(paths.IsMatch($"web2-{name}%x0123456789ABCDEF0123456789ABCDEF.log", out isOthersToo));
        Assert.True(isOthersToo);
        // The folder tells whose it is.
        Assert.True(PathsOf("{host}/{program}.log", "web1").IsMatch($"web1/{name}%x0123456789ABCDEF0123456789ABCDEF.log", out isOthersToo));
        Assert.False(isOthersToo);
        Assert.True(PathsOf("all.log", "web1").IsMatch("all.log", out isOthersToo));
        Assert.True(isOthersToo);
    }

    [Theory]
    [EachDisk]
    public void Hosts_that_have_files_are_known_by_name(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put("web1/app.log", "a");
        disk.Put("%2Eweb 2/app.log".Replace(" ", "%20", StringComparison.Ordinal), "a");
        disk.Put("b.log", "b");
        Assert.Equal([".web 2", "web1"], PathsOf("{host}/{program}.log", "x").Known(disk.Store).Order(StringComparer.Ordinal).Where(static n => n != "b.log"));
        Assert.Equal(["b"], PathsOf("{host}.log", "x").Known(disk.Store));
        Assert.Empty(PathsOf("all.log", "x").Known(disk.Store));
    }

    private static HostPaths PathsOf(string text, string host)
    {
        Assert.True(PathTemplate.TryParse(text, out var template, out _));
        return new HostPaths(template, Encoding.UTF8.GetBytes(host));
    }
}
