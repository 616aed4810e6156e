using System.Globalization;
using System.Text;

namespace ActorLog.Node.Verifying;

/// <summary>
/// The ledger as a file, to which its sender appends. Each entry is one write of one line, made after the send returned, so a kill of the
/// sender loses at most the entry of what it was about to enter; the sender's account is open then, for it never wrote its end.
/// <code>
///   actorlog-ledger 1
///   sender ID CONNECTIONS HOST TARGET     HOST is - where messages have none
///   sent ID CONNECTION FROM TO            the numbers FROM up to TO, without TO; without a gap in each connection
///   uncertain ID CONNECTION FROM TO       under way when the connection broke
///   end ID
/// </code>
/// </summary>
internal sealed class LedgerFile : IDisposable
{
    /// <summary>The first line.</summary>
    public const string Header = "actorlog-ledger 1";

    /// <summary>The words that lines begin with.</summary>
    public const string BeginWord = "sender";

    /// <inheritdoc cref="BeginWord"/>
    public const string SentWord = "sent";

    /// <inheritdoc cref="BeginWord"/>
    public const string UncertainWord = "uncertain";

    /// <inheritdoc cref="BeginWord"/>
    public const string EndWord = "end";

    /// <summary>Stands for the host of messages that have none.</summary>
    public const string NoHost = "-";

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;
    private readonly FileStream _stream;

    private LedgerFile(FileStream stream, OracleLedger before)
    {
        _stream = stream;
        Before = before;
    }

    /// <summary>What it held when it was opened.</summary>
    public OracleLedger Before { get; }

    /// <summary>Opens a ledger to append to; makes it if there is none. One sender at a time has it.</summary>
    /// <exception cref="IOException">It cannot be opened, or another sender has it.</exception>
    /// <exception cref="LedgerException">It is damaged.</exception>
    public static LedgerFile Open(string path)
    {
        // Without a buffer: what is written is the kernel's when the call returns.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // FileShare keeps no second writer out here; its end is nobody's to read, so readers go on.
                stream.Lock(long.MaxValue - 1, 1);
            }
            var before = new OracleLedger();
            var length = LedgerReader.Read(stream, path, before);
            // What the last sender's end left unfinished.
            stream.SetLength(length);
            stream.Seek(0, SeekOrigin.End);
            var file = new LedgerFile(stream, before);
            if (length == 0)
            {
                file.Write(Header);
            }
            return file;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A sender that is about to send.</summary>
    public void Begin(OracleSender sender) =>
        Write(string.Create(Plain, $"{BeginWord} {sender.Id} {sender.Connections} {sender.Host ?? NoHost} {sender.Target}"));

    /// <summary>Numbers of a connection.</summary>
    public void Enter(in LedgerEntry entry) => Write(string.Create(
        Plain, $"{(entry.IsUncertain ? UncertainWord : SentWord)} {entry.Sender} {entry.Connection} {entry.From} {entry.To}"));

    /// <summary>A sender that sends no more.</summary>
    public void End(int sender) => Write(string.Create(Plain, $"{EndWord} {sender}"));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(string line) => _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
}
