using ActorLog.Node.Hosting;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace ActorLog.Node.Tests.Hosting;

/// <summary>Which handler takes a message.</summary>
public sealed class MessageActorTests : TestKit
{
    private readonly IActorRef _actor;

    public MessageActorTests() => _actor = Sys.ActorOf(Props.Create(() => new Answering()));

    [Fact]
    public void The_first_handler_that_fits_takes_a_message()
    {
        Assert.Equal("long text", Answer("a long one"));
        Assert.Equal("text", Answer("short"));
        Assert.Equal("list", Answer(new List<string>()));
        Assert.Equal("enumerable", Answer(Array.Empty<string>()));
    }

    [Fact]
    public void What_no_handler_takes_is_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        _actor.Tell(new Version());
        Assert.IsType<Version>(ExpectMsg<UnhandledMessage>().Message);
    }

    [Fact]
    public void Other_handlers_take_the_place_of_all_from_the_next_message_on()
    {
        Assert.Equal("from now on", Answer(new Uri("become:it")));
        Assert.Equal("list again", Answer(new List<string>()));
        Assert.Equal("anything", Answer("a long one"));
        Assert.Equal("anything", Answer(1));
    }

    private string Answer(object message)
    {
        _actor.Tell(message, TestActor);
        return ExpectMsg<string>();
    }

    private sealed class Answering : MessageActor
    {
        public Answering()
        {
            Receive<string>(_ => Sender.Tell("long text"), static text => text.Length > 6);
            Receive<string>(_ => Sender.Tell("text"));
            Receive<List<string>>(_ => Sender.Tell("list"));
            Receive<IEnumerable<string>>(_ => Sender.Tell("enumerable"));
            Receive<Uri>(_ =>
            {
                Become(() =>
                {
                    Receive<List<string>>(_ => Sender.Tell("list again"));
                    ReceiveAny(_ => Sender.Tell("anything"));
                });
                Sender.Tell("from now on");
            });
        }
    }
}
