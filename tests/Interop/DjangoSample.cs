using System.Text.Json;
using System.Text.RegularExpressions;
using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>samples/django behind Debian's gunicorn, and its own script that sends requests and says which records must come of them.</summary>
internal sealed class DjangoSample : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly ChildProcess _gunicorn;
    private readonly string _scratch;

    private DjangoSample(ChildProcess gunicorn, string scratch)
    {
        _gunicorn = gunicorn;
        _scratch = scratch;
    }

    /// <summary>Starts gunicorn, on a unix socket, with the syslog address for it and for Django.</summary>
    public static async Task<DjangoSample> Start(string syslog, string scratch)
    {
        var environment = new Dictionary<string, string>
        {
            ["SYSLOG"] = syslog,
            ["BIND"] = "unix:" + Path.Combine(scratch, "web.sock"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        var sample = new DjangoSample(
            ChildProcess.Start(Repository.Part("gunicorn"), [], Repository.At("samples", "django"), environment), scratch);
        await sample._gunicorn.WaitForLine("Booting worker", TimeSpan.FromSeconds(60));
        return sample;
    }

    /// <summary>Sends requests; what must stand in each file, once each.</summary>
    public async Task<IReadOnlyList<ExpectedRecord>> Drive(int requests)
    {
        var expected = Path.Combine(_scratch, "expected.jsonl");
        string[] arguments =
        [
            Repository.At("samples", "django", "drive"),
            "-n", $"{requests}", "--to", "unix:" + Path.Combine(_scratch, "web.sock"), "--expect", expected,
        ];
        await ChildProcess.Run(Repository.Part("python3"), arguments, _scratch);
        return [.. File.ReadLines(expected).Select(line => JsonSerializer.Deserialize<ExpectedRecord>(line, Json)!)];
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // SIGTERM, so that the master takes its workers with it.
            await _gunicorn.Terminate(TimeSpan.FromSeconds(40));
        }
        finally
        {
            await _gunicorn.DisposeAsync();
        }
    }
}

/// <summary>One record that must stand in a file, in exactly one line.</summary>
internal sealed record ExpectedRecord(string Program, string Client, string User, string Level, string Text)
{
    /// <summary>How many of the lines are this record's.</summary>
    public int CountIn(IEnumerable<string> lines)
    {
        var head = new Regex($" {Regex.Escape(Program)}: \\[[0-9]+\\] {Regex.Escape(Client)} {User} {Level} \\[[^]]+\\] ");
        return lines.Count(l => l.Contains(Text, StringComparison.Ordinal) && head.IsMatch(l));
    }
}
