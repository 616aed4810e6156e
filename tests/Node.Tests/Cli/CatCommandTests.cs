using System.Text;
using ActorLog.Node.Cli;
using ActorLog.Node.Tests.Settings;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Tests.Cli;

/// <summary>actorlog cat at an aggregator that is alone, while it runs.</summary>
public sealed class CatCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _error = new();
    private readonly MemoryStream _output = new();

    private string[] Messages => [.. Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..])];

    public void Dispose()
    {
        _folder.Dispose();
        _error.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Sealed_compressed_and_open_files_are_one_stream_of_what_is_committed()
    {
        await using var host = new PartitionHost(static a => a with { Files = a.Files with { Rotation = new RotationSettings(4096, RotationPeriod.Never, true) } });
        var stored = new List<string>();
        while (host.Segments().Count() < 4)
        {
            stored.Add($"{stored.Count} {new string('x', 700)}");
            await host.StoreAsync(stored[^1]);
        }

        await host.UntilLines([.. stored]);
        Assert.NotNull(ArchiveCompression.Compress(host.Store, host.Segments().Select(Path.GetFileName).First()!, CancellationToken.None));
        await UntilCommitted(host, stored.Count);
        Assert.Equal(stored, Messages);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task What_is_behind_the_committed_length_is_not_shown()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one", "two");
        await UntilCommitted(host, 2);
        await File.AppendAllTextAsync(Path.Combine(host.Aggregator.Files.Directory, "web-1.log"), "Nov 23 05:50:00 web-1 app: three\n");
        Assert.Equal(ExitCode.Ok, await CatAsync(host, "web-1"));
        Assert.Equal(["one", "two"], Messages);
    }

    [Fact]
    public async Task A_host_without_a_file_is_told_with_the_one_that_may_be_meant()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await UntilCommitted(host, 1);
        Assert.Equal(ExitCode.Failed, await CatAsync(host, "wbe-1"));
        Assert.Equal("actorlog cat: no aggregator has a file of 'wbe-1'; did you mean 'web-1'?\n", _error.ToString());
        Assert.Empty(Messages);
    }

    [Fact]
    public async Task Times_choose_lines()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await UntilCommitted(host, 1);
        Assert.Equal(ExitCode.Ok, await CatAsync(host, "web-1", "--to", "1999-01-01"));
        Assert.Empty(Messages);
        Assert.Equal(ExitCode.Ok, await CatAsync(host, "web-1", "--from", "1999-01-01", "--to", "9999-01-01T00:00Z"));
        Assert.Equal(["one"], Messages);
        Assert.Equal(ExitCode.Usage, await CatAsync(host, "web-1", "--from", "then"));
        Assert.Equal(ExitCode.Usage, await CatAsync(host, "web-1", "--from", "2026-01-02", "--to", "2026-01-02"));
    }

    [Fact]
    public async Task A_reader_that_has_enough_is_no_fault()
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await UntilCommitted(host, 1);
        Assert.Equal(ExitCode.Ok, await CatAsync(host, () => new ClosedOutput(), "web-1"));
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("../web-1")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("")]
    public async Task A_name_that_would_leave_the_folder_is_refused(string name)
    {
        Assert.Equal(ExitCode.Usage, await InvokeAsync(() => _output, "--host", name));
        Assert.Contains($"--host: '{name}' is no name of a host.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_has_no_files_says_so()
    {
        Assert.Equal(ExitCode.Failed, await InvokeAsync(() => _output, "--host", "web-1", "--set", $"data-directory={_folder.Path}"));
        Assert.Contains("/logs", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        var edge = _folder.Write("edge.conf", """
            actorlog {
              roles = [edge]
              sinks.local {
                type = file
                directory = here
              }
              routes.everything.sinks = [local]
            }
            """);
        Assert.Equal(ExitCode.Failed, await InvokeAsync(() => _output, "--host", "web-1", "-c", edge));
        Assert.Contains("is no aggregator's", _error.ToString(), StringComparison.Ordinal);
    }

    // A checkpoint comes a moment after the lines.
    private Task UntilCommitted(PartitionHost host, int lines) => NodeHost.Until(
        () =>
        {
            var code = CatAsync(host, "web-1").GetAwaiter().GetResult();
            return code == ExitCode.Ok && Messages.Length == lines;
        },
        $"{lines} lines are committed");

    private Task<int> CatAsync(PartitionHost host, string name, params string[] further) => CatAsync(host, () => _output, name, further);

    private Task<int> CatAsync(PartitionHost host, Func<Stream> output, string name, params string[] further) => InvokeAsync(
        output,
        [
            "--host", name, "--set", $"aggregator.journal={host.Aggregator.JournalPath}",
            "--set", $"aggregator.files.directory={host.Aggregator.Files.Directory}", "--set", "defaults.files.time-zone=UTC", .. further,
        ]);

    private Task<int> InvokeAsync(Func<Stream> output, params string[] arguments)
    {
        _output.SetLength(0);
        _error.GetStringBuilder().Clear();
        return new CommandLine(
            static (_, _) => throw new InvalidOperationException("It runs."),
            new Surroundings(TextWriter.Null, _error, new Dictionary<string, string>()) { OpenOutput = () => new Kept(output()) })
            .InvokeAsync(["cat", .. arguments]);
    }

    // What the command disposes is read by the test.
    private sealed class Kept(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }

    private sealed class ClosedOutput : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new OutputClosedException();
    }
}
