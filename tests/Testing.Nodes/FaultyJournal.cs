using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Journal;

namespace ActorLog.Testing.Nodes;

/// <summary>
/// The real SQL journal, which does as a <see cref="JournalScript"/> says. It stands in the place of the plugin's own class
/// under its plugin's name; the database and its fence are those of the product.
/// </summary>
public sealed class FaultyJournal(Config config) : SqlWriteJournal(config)
{
    // Put in place of the plugin's own class.
    internal static Config Instead { get; } = ConfigurationFactory.ParseString($"""
        akka.persistence.journal.spool.class = "{typeof(FaultyJournal).AssemblyQualifiedName}"
        akka.persistence.journal.partitions.class = "{typeof(FaultyJournal).AssemblyQualifiedName}"
        """);

    /// <inheritdoc/>
    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(
        IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var writes = messages.ToList();
        var fault = Context.System.Settings.Setup.Get<JournalScript>().Value.Take(writes);
        switch (fault?.Kind)
        {
            case JournalFaultKind.Fail:
                return Task.FromException<IImmutableList<Exception>>(new InvalidOperationException("the drill's journal fails"));
            case JournalFaultKind.Reject:
                return Task.FromResult<IImmutableList<Exception>>(
                    [.. writes.Select(static _ => new InvalidOperationException("the drill's journal rejects"))]);
            default:
                // Begun here: the plugin's own code needs the actor's thread.
                return AnswerAsync(base.WriteMessagesAsync(writes, cancellationToken), fault);
        }
    }

    private static async Task<IImmutableList<Exception>> AnswerAsync(Task<IImmutableList<Exception>> commit, JournalFault? fault)
    {
        var answer = await commit;
        if (fault is not null)
        {
            fault.Committed.TrySetResult();
            await fault.Answer.Task;
        }

        return answer;
    }
}
