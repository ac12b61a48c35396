use std::future::Future;
use std::rc::Rc;

use super::answer::Answer;
use super::exchange::Exchange;
use super::problem::Problem;
use super::sketch::Sketch;

/// An argument of a handler, taken from the request.
pub(crate) trait Argument: Sized {
    /// Takes it.
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem>;

    /// Adds what it needs to the route's description.
    fn describe(_sketch: &mut Sketch) {}
}

/// An `async fn` of up to six arguments that answers or refuses.
pub(crate) trait Endpoint<Arguments>: Clone + 'static {
    /// What it answers.
    type Answer: Answer;

    /// Takes the arguments and calls the function.
    fn call(&self, exchange: &Rc<Exchange>) -> impl Future<Output = Result<Self::Answer, Problem>>;

    /// Describes the arguments and the answer.
    fn describe(sketch: &mut Sketch);
}

macro_rules! endpoint {
    ($($argument:ident)*) => {
        impl<F, Fut, R, $($argument: Argument),*> Endpoint<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Fut + Clone + 'static,
            Fut: Future<Output = Result<R, Problem>>,
            R: Answer,
        {
            type Answer = R;

            #[allow(unused_variables, reason = "a handler without arguments takes nothing from the exchange")]
            async fn call(&self, exchange: &Rc<Exchange>) -> Result<R, Problem> {
                self($($argument::take(exchange)?),*).await
            }

            fn describe(sketch: &mut Sketch) {
                $($argument::describe(sketch);)*
                R::describe(sketch);
            }
        }
    };
}

endpoint!();
endpoint!(A);
endpoint!(A B);
endpoint!(A B C);
endpoint!(A B C D);
endpoint!(A B C D E);
endpoint!(A B C D E G);
