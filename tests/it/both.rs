//! Tests that are to hold on each database the service runs on.

/// Makes each of these a test on SQLite, and all together one on PostgreSQL: where every test is a process of its
/// own, a server for each would take longer than all tests together.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[actix::test]
            async fn $test() {
                super::$test(crate::support::both::On::Sqlite).await;
            })+
        }

        #[actix::test]
        async fn all_of_it_holds_on_postgres() {
            $(
                println!(stringify!($test));
                $test(crate::support::both::On::Postgres).await;
            )+
        }
    };
}

pub(crate) use on_both_databases;
