using ActorLog.Node.Cli;
using ActorLog.Node.Tests.Storage;

namespace ActorLog.Node.Tests.Cli;

public sealed class FsckCommandTests : IDisposable
{
    private readonly SpoiltDatabase _spool = new();
    private readonly StringWriter _output = new();

    private string Logs => Directory.CreateDirectory(Path.Combine(_spool.Folder, "logs")).FullName;

    private string[] Damaged => Directory.GetFiles(_spool.Folder, "x.db.damaged-*.txt");

    public void Dispose()
    {
        _spool.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task A_sound_node_has_no_faults()
    {
        _spool.FillSpool();
        Assert.Equal(ExitCode.Ok, await FsckAsync());
        Assert.EndsWith("fsck: 0 faults\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_repair_a_fault_is_told_and_nothing_is_changed()
    {
        _spool.FillSpool();
        _spool.FlipByteOfBlock(20);
        var before = await File.ReadAllBytesAsync(_spool.Path);
        Assert.Equal(ExitCode.Failed, await FsckAsync());
        Assert.Contains("FAULT", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(Damaged);
        Assert.Equal(before, await File.ReadAllBytesAsync(_spool.Path));
    }

    [Fact]
    public async Task Repair_salvages_deletes_what_a_kill_has_left_and_looks_again()
    {
        _spool.FillSpool();
        _spool.Overwrite(0, 100);
        var left = Path.Combine(Logs, "shop.log-20261123T055000Z-00000001.gz.tmp");
        await File.WriteAllTextAsync(left, "half of it");

        Assert.Equal(ExitCode.Ok, await FsckAsync("--repair"));
        Assert.Contains("40 rows (80 records) kept", _output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("fsck: 0 faults\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Single(Damaged);
        Assert.False(File.Exists(left));

        Assert.Equal(ExitCode.Ok, await FsckAsync());
        Assert.Single(Damaged);
    }

    [Fact]
    public async Task What_no_repair_brings_back_stays_a_fault()
    {
        _spool.FillSpool();
        _spool.FlipByteOfBlock(20);
        Assert.Equal(ExitCode.Failed, await FsckAsync("--repair"));
        Assert.Contains("blocks 20 to 20 are lost, 2 records", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("FAULT edge/a: numbers 20 to 20 are missing", _output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("fsck: 1 faults\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_databases_of_a_node_that_runs_are_left_to_it()
    {
        _spool.FillSpool();
        using var running = _spool.OpenSpool();
        using var error = new StringWriter();
        Assert.Equal(ExitCode.Failed, await FsckAsync(error, "--repair"));
        Assert.Contains("in use by another process", error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> FsckAsync(params string[] further) => FsckAsync(TextWriter.Null, further);

    private Task<int> FsckAsync(TextWriter error, params string[] further) => new CommandLine(
        static (_, _) => throw new InvalidOperationException("It runs."),
        new Surroundings(_output, error, new Dictionary<string, string>())).InvokeAsync(
        [
            "fsck", "--set", $"spool.path={_spool.Path}", "--set", $"aggregator.journal={Path.Combine(_spool.Folder, "journal.db")}",
            "--set", $"aggregator.files.directory={Logs}", .. further,
        ]);
}
