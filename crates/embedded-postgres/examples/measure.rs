//! x
#![allow(clippy::all, clippy::pedantic, warnings)]
use std::{env, fs, path::PathBuf, time::Instant, process::*, io::*};
use sqlx::{PgConnection, Connection as _, Executor as _};

async fn probe(dir: &PathBuf) {
    let t = Instant::now();
    let s = embedded_postgres::start(dir).unwrap();
    let t_start = t.elapsed();
    let t = Instant::now();
    let mut db = PgConnection::connect(s.url()).await.unwrap();
    let t_conn = t.elapsed();
    let t = Instant::now();
    let one: i32 = sqlx::query_scalar("select 1").fetch_one(&mut db).await.unwrap();
    let t_q = t.elapsed();
    let t = Instant::now();
    db.close().await.unwrap();
    let mut db = PgConnection::connect(s.url()).await.unwrap();
    let t_re = t.elapsed();
    db.close().await.unwrap();
    let t = Instant::now();
    s.shutdown().unwrap();
    println!("start {t_start:?} connect {t_conn:?} query {t_q:?} reconnect {t_re:?} shutdown {:?}", t.elapsed());
}

async fn load(url: &str, n: u64) {
    let mut db = PgConnection::connect(url).await.unwrap();
    db.execute("create table if not exists rows2 (value bigint primary key, text text)").await.unwrap();
    for round in 0..2 {
        let t = Instant::now();
        let mut tx = db.begin().await.unwrap();
        tx.execute("create temporary table stage (like rows2) on commit drop").await.unwrap();
        let mut copy = tx.copy_in_raw("copy stage from stdin").await.unwrap();
        let mut buf = String::new();
        for v in 0..n {
            buf += &format!("{v}\ttext of row {v} in round {round} and something more of it\n");
            if buf.len() > 60000 { copy.send(buf.as_bytes()).await.unwrap(); buf.clear(); }
        }
        copy.send(buf.as_bytes()).await.unwrap();
        copy.finish().await.unwrap();
        let c = t.elapsed();
        tx.execute("insert into rows2 select * from stage on conflict (value) do update set text = excluded.text where rows2.text is distinct from excluded.text").await.unwrap();
        tx.commit().await.unwrap();
        println!("round {round}: copy {c:?} all {:?}", t.elapsed());
    }
    db.close().await.unwrap();
}

fn rss() -> String { fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmRSS")||l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ") }

fn spawn(dir: &PathBuf) -> Child {
    Command::new(env::current_exe().unwrap()).arg("serve").arg(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

#[tokio::main]
async fn main() {
    let a: Vec<String> = env::args().collect();
    let dir = PathBuf::from(&a[2]);
    match a[1].as_str() {
        "probe" => { probe(&dir).await; probe(&dir).await; println!("{}", rss()); }
        "once" => probe(&dir).await,
        "serve" => {
            let s = match embedded_postgres::start(&dir) { Ok(s) => s, Err(e) => { println!("failed {e} {:?}", std::error::Error::source(&e).map(|s| s.to_string())); exit(3) } };
            println!("{}", s.url());
            let mut v = vec![]; stdin().read_to_end(&mut v).unwrap();
            s.shutdown().unwrap();
        }
        "load" => {
            let s = embedded_postgres::start(&dir).unwrap();
            println!("before {}", rss());
            load(s.url(), a[3].parse().unwrap()).await;
            println!("after {}", rss());
            let t = Instant::now();
            s.shutdown().unwrap();
            println!("shutdown {:?}", t.elapsed());
        }
        "client" => load(&a[2], a[3].parse().unwrap()).await,
        "torture" => {
            let rounds: u32 = a[3].parse().unwrap();
            let mut acked: i64 = 0;
            let mut seed: u64 = 88172645463325252;
            for r in 0..rounds {
                let mut c = spawn(&dir);
                let mut line = String::new();
                BufReader::new(c.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
                assert!(line.starts_with("postgresql"), "round {r}: {line}");
                let mut db = PgConnection::connect(line.trim()).await.unwrap();
                db.execute("create table if not exists t (batch bigint, value bigint, pad text, primary key (batch, value)); create index if not exists i on t (pad)").await.unwrap();
                let (last, n, idx): (Option<i64>, i64, i64) = sqlx::query_as("select max(batch), count(*), (select count(*) from t where pad >= '') from t").fetch_one(&mut db).await.unwrap();
                let last = last.unwrap_or(0);
                assert!(last == acked || last == acked + 1, "round {r}: last {last} acked {acked}");
                assert_eq!(n, last * 500, "round {r}");
                db.execute("set enable_seqscan=off").await.unwrap();
                let idx: i64 = sqlx::query_scalar("select count(*) from t where pad >= ''").fetch_one(&mut db).await.unwrap();
                assert_eq!(idx, n);
                acked = last;
                seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
                let wait = std::time::Duration::from_millis(5 + seed % 400);
                let pid = c.id();
                let k = std::thread::spawn(move || { std::thread::sleep(wait); Command::new("kill").arg("-9").arg(pid.to_string()).status().unwrap(); });
                let mut i = 0;
                loop {
                    i += 1;
                    let b = acked + 1;
                    let res = async { 
                        let mut tx = db.begin().await?;
                        let mut copy = tx.copy_in_raw("copy t from stdin").await?;
                        let mut s = String::new();
                        for v in 0..500 { s += &format!("{b}\t{v}\tpad {} {b}\n", v * 7919 % 500); }
                        copy.send(s.as_bytes()).await?;
                        copy.finish().await?;
                        if i % 7 == 0 { tx.execute("update t set pad = pad || 'x' where value = 3").await?; }
                        tx.commit().await?;
                        if i % 11 == 0 { db.execute("checkpoint").await?; }
                        if i % 13 == 0 { db.execute("vacuum t").await?; }
                        Ok::<_, sqlx::Error>(())
                    }.await;
                    // a failure after commit (checkpoint) leaves acked one behind, which is allowed
                    match res { Ok(()) => acked = b, Err(_) => break }
                }
                k.join().unwrap();
                c.wait().unwrap();
            }
            println!("ok {rounds} rounds, {acked} batches");
        }
        "firstkill" => {
            // kills a first start at growing times, with a cache of its own
            let rounds: u64 = a[3].parse().unwrap();
            let mut bad = 0;
            for r in 0..rounds {
                let d = dir.join(format!("{r}"));
                let cache = if a.len() > 4 { dir.join("cache") } else { dir.join(format!("cache{r}")) };
                let mut c = Command::new(env::current_exe().unwrap()).arg("serve").arg(&d).env("XDG_CACHE_HOME", &cache).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
                std::thread::sleep(std::time::Duration::from_millis(5 + r * if a.len() > 4 { 4 } else { 12 }));
                c.kill().unwrap(); c.wait().unwrap();
                let mut c = Command::new(env::current_exe().unwrap()).arg("serve").arg(&d).env("XDG_CACHE_HOME", &cache).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
                let mut line = String::new();
                BufReader::new(c.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
                if !line.starts_with("postgresql") { println!("round {r}: {line}"); bad += 1; }
                else {
                    let mut db = PgConnection::connect(line.trim()).await.unwrap();
                    let ok = db.execute("create table a (t text); insert into a select to_tsvector('simple', 'cats and dogs')::text; do $$ begin perform 1; end $$; set timezone='Europe/Berlin'; select now()").await;
                    if let Err(e) = ok { println!("round {r}: {e}"); bad += 1; }
                    db.close().await.unwrap();
                }
                drop(c.stdin.take()); c.wait().unwrap();
                if a.len() <= 4 { fs::remove_dir_all(&cache); }
                fs::remove_dir_all(&d);
            }
            println!("{bad} bad of {rounds}");
        }
        _ => {}
    }
}
