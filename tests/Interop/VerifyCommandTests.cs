using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Cli;
using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>actorlog verify: planted faults through the command line, and its sender as a process that is killed.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private const string Clean = " lost=0 duplicated=0 torn=0 out-of-order=0 foreign=0 control-bytes=0 outside=0 unknown=0";
    private readonly TempDirectory _directory = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public VerifyCommandTests() => Directory.CreateDirectory(Logs);

    private string Logs => _directory["logs"];

    private string LastLine => _output.ToString().TrimEnd().Split('\n')[^1];

    public void Dispose()
    {
        _directory.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Whole_files_are_clean_whatever_else_stands_in_them()
    {
        Ledger(1, 100);
        Plant("web1.log-20261123T055000Z-00000001.gz", [.. Lines(1, 0, 40), "Nov 23 05:50:00 web1 shop: oracle=db1", .. Lines(99, 0, 5)]);
        Plant("web1.log", Lines(1, 40, 100));

        Assert.Equal(ExitCode.Ok, await Files());
        Assert.Equal("verify: records=100" + Clean, LastLine);
        Assert.Contains("106 lines; 6 are not of these senders", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("duplicated")]
    [InlineData("torn")]
    [InlineData("out-of-order")]
    [InlineData("foreign")]
    [InlineData("control-bytes")]
    [InlineData("outside")]
    [InlineData("unknown")]
    public async Task Each_fault_is_counted_under_its_word(string word)
    {
        Ledger(1, 100);
        var lines = Lines(1, 0, 100);
        switch (word)
        {
            case "lost": lines.RemoveAt(50); break;
            case "duplicated": lines.Add(lines[50]); break;
            case "torn": lines.Insert(50, lines[50][..^1]); break;
            case "out-of-order": (lines[50], lines[51]) = (lines[51], lines[50]); break;
            case "foreign": lines.RemoveAt(99); Plant("web2.log", Lines(1, 99, 100)); break;
            case "control-bytes": lines.Add("Nov 23 05:50:00 web1 shop: \u001b[2J"); break;
            case "outside": File.CreateSymbolicLink(Path.Combine(Logs, "out.log"), "/etc/passwd"); break;
            default: lines.AddRange(Lines(1, 100, 101)); break;
        }
        Plant("web1.log", lines);

        Assert.Equal(ExitCode.Failed, await Files());
        Assert.Equal("verify: records=100" + Clean.Replace($" {word}=0", $" {word}=1", StringComparison.Ordinal), LastLine);
        Assert.Contains($"\n{word}: ", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _output.ToString());
    }

    [Fact]
    public async Task A_finding_is_told_with_its_file_and_its_byte()
    {
        Ledger(1, 2);
        var lines = Lines(1, 0, 2);
        Plant("web1.log", [.. lines, lines[1]]);

        await Files();

        var at = lines[0].Length + lines[1].Length + 2;
        Assert.Contains(
            $"duplicated: 000000001:0000:0000000001 in {Logs}/web1.log at byte {at}\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_ledgers_and_two_folders_are_verified_together()
    {
        Ledger(1, 100);
        Ledger(2, 50);
        Plant("web1.log", [.. Lines(1, 0, 60), .. Lines(2, 0, 50)]);
        PlantedLog.Write(Path.Combine(_directory.Folder("other"), "web1.log"), Lines(1, 60, 100));

        Assert.Equal(ExitCode.Ok, await Invoke("files", "--ledger", _directory["1"], "--ledger", _directory["2"], Logs, _directory["other"]));
        Assert.Equal("verify: records=150" + Clean, LastLine);
        Assert.Equal(ExitCode.Failed, await Invoke("files", "--ledger", _directory["1"], "--ledger", _directory["2"], Logs));
        Assert.Contains(" lost=40 ", LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfinished_line_of_an_active_file_is_torn_unless_files_are_being_written()
    {
        Ledger(1, 2);
        var lines = Lines(1, 0, 3);
        File.WriteAllText(Path.Combine(Logs, "web1.log"), $"{lines[0]}\n{lines[1]}\n{lines[2][..200]}");

        Assert.Equal(ExitCode.Failed, await Files());
        Assert.Contains(" torn=1 ", LastLine, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await Files("--running"));
        Assert.Contains("1 files are being written", _output.ToString(), StringComparison.Ordinal);

        File.Move(Path.Combine(Logs, "web1.log"), Path.Combine(Logs, "web1.log-20261123T055000Z-00000001"));
        Assert.Equal(ExitCode.Failed, await Files("--running"));
    }

    [Theory]
    [InlineData("{host}/{program}.log", "web1/gunicorn.log", 0)]
    [InlineData("{host}/{program}.log", "web2/web1.log", 1)]
    [InlineData("{program}-{host}-{day}.log", "x-web1-25.log", 0)]
    [InlineData("all.log", "all.log", 0)]
    public async Task The_path_template_says_whose_file_it_is(string template, string file, int foreign)
    {
        Ledger(1, 1);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Logs, file))!);
        Plant(file, Lines(1, 0, 1));

        await Files("--path", template);

        Assert.Contains($" foreign={foreign} ", LastLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-ledger", "logs", "Could not find file")]
    [InlineData("1", "nowhere", "is no folder")]
    [InlineData("damaged", "logs", "damaged:2: begins with no word")]
    [InlineData("empty", "logs", "no message is entered")]
    public async Task What_cannot_be_verified_is_said(string ledger, string folder, string complaint)
    {
        Ledger(1, 1);
        _directory.Write("damaged", LedgerFile.Header + "\nnonsense\n");
        _directory.Write("empty", LedgerFile.Header + "\n");

        Assert.Equal(ExitCode.Failed, await Invoke("files", "--ledger", _directory[ledger], _directory[folder]));
        Assert.Contains(complaint, _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("verify: records", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp:127.0.0.1")]
    [InlineData("tcp:127.0.0.1:0")]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("unix-stream:")]
    [InlineData("tcp:127.0.0.1:1", "--host", "a b")]
    [InlineData("tcp:127.0.0.1:1", "--connections", "0")]
    [InlineData("tcp:127.0.0.1:1", "--rate", "0")]
    [InlineData("tcp:127.0.0.1:1", "--framing", "any")]
    public async Task A_wrong_command_line_sends_nothing(params string[] to)
    {
        Assert.Equal(ExitCode.Usage, await Invoke(["send", "--ledger", _directory["l"], "--to", .. to]));
        Assert.False(File.Exists(_directory["l"]));
    }

    [Fact]
    public async Task A_sender_that_nobody_listens_to_says_so()
    {
        Assert.Equal(ExitCode.Failed, await Invoke("send", "--ledger", _directory["l"], "--to", $"tcp:127.0.0.1:{FreePort.Next()}"));
        Assert.Contains("Connection refused", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_has_one_sender_at_a_time_survives_its_kill_and_is_continued()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var to = $"tcp:127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var ledger = _directory["ledger"];
        var received = Receive(listener);
        await using (var sender = ActorLogProcess.Begin(
            _directory.Path, 0, "verify", "send", "--to", to, "--ledger", ledger, "--messages", "9000000000", "--host", "web1"))
        {
            await Eventually.True(
                () => Task.FromResult(sender.Process.HasExited || (File.Exists(ledger) && new FileInfo(ledger).Length > 4000)),
                ActorLogProcess.StartLimit,
                () => sender.Process.Account());
            Assert.False(sender.Process.HasExited, sender.Process.Account());
            Assert.Throws<IOException>(() => LedgerFile.Open(ledger));
            await sender.Kill();
        }
        Assert.True(await received > 0);

        Assert.Equal(ExitCode.Ok, await Invoke("files", "--ledger", ledger, Logs));
        Assert.Contains("the sender has not ended, or was killed", _output.ToString(), StringComparison.Ordinal);

        received = Receive(listener);
        Assert.Equal(ExitCode.Ok, await Invoke("send", "--to", to, "--ledger", ledger, "--messages", "500", "--host", "web1"));
        await received;

        Assert.Equal(ExitCode.Ok, await Invoke("files", "--ledger", ledger, Logs));
        Assert.EndsWith(Clean, LastLine, StringComparison.Ordinal);
        Assert.Contains("500 sent: 0 lost", _output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Appends what the next connection that sends anything sends; how many bytes.</summary>
    private async Task<long> Receive(TcpListener listener)
    {
        using var file = new FileStream(Path.Combine(Logs, "web1.log"), FileMode.Append);
        var before = file.Length;
        while (file.Length == before)
        {
            // The sender tries whether anybody listens before it begins.
            using var socket = await listener.AcceptSocketAsync();
            var buffer = new byte[65_536];
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                file.Write(buffer.AsSpan(0, read));
            }
        }
        return file.Length - before;
    }

    private static List<string> Lines(int sender, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(n => PlantedLog.Line(sender, 0, n, VerifyCommand.Program))];

    private void Plant(string name, IEnumerable<string> lines) => PlantedLog.Write(Path.Combine(Logs, name), lines);

    /// <summary>A ledger of one sender of web1, named as its number.</summary>
    private void Ledger(int sender, int sent)
    {
        using var file = LedgerFile.Open(_directory[$"{sender}"]);
        var ledger = new OracleLedger(file);
        ledger.Begin(new OracleSender(sender, 1, "web1", "tcp:logs:514"));
        ledger.EnterSent(sender, 0, sent);
        ledger.End(sender);
    }

    private Task<int> Files(params string[] options) => Invoke(["files", "--ledger", _directory["1"], .. options, Logs]);

    private Task<int> Invoke(params string[] arguments) => new CommandLine(
        static (_, _) => throw new InvalidOperationException("nothing is to run"),
        new Surroundings(_output, _error, new Dictionary<string, string>())).InvokeAsync(["verify", .. arguments]);
}
