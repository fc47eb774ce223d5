//! Lambda's Runtime API: hands the same event out again and again, and notes when it is answered.
//!
//! It is written on sockets, since a server would take longer than what is measured.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

const INVOCATION: &str = "\
    content-type: application/json\r\n\
    lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
    lambda-runtime-deadline-ms: 9999999999999\r\n\
    lambda-runtime-invoked-function-arn: arn:aws:lambda:ap-northeast-1:111122223333:function:f\r\n";

/// A function that takes longer is broken.
const LIMIT: Duration = Duration::from_mins(1);

/// The Runtime API of one execution environment.
pub(crate) struct RuntimeApi {
    listener: TcpListener,
    event: Vec<u8>,
}

/// An event's way.
pub(crate) struct Invocation {
    pub(crate) handed_out: Instant,
    pub(crate) answered: Instant,
    pub(crate) answer: Vec<u8>,
}

/// A request, as far as it matters.
struct Request {
    line: String,
    body: Vec<u8>,
}

impl RuntimeApi {
    pub(crate) fn open(event: &str) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        Ok(Self { listener, event: event.as_bytes().to_vec() })
    }

    pub(crate) fn address(&self) -> Result<SocketAddr, Error> {
        self.listener.local_addr()
    }

    /// Invokes the function that connects, so often.
    pub(crate) fn invoke(&self, times: usize) -> Result<Vec<Invocation>, Error> {
        let (stream, _) = self.listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut connection = BufReader::new(stream);
        (0..times).map(|_| self.invoke_once(&mut connection)).collect()
    }

    fn invoke_once(&self, connection: &mut BufReader<TcpStream>) -> Result<Invocation, Error> {
        let next = Request::read(connection)?;
        next.expect("/invocation/next ")?;
        let length = self.event.len();
        let mut response =
            format!("HTTP/1.1 200 OK\r\n{INVOCATION}content-length: {length}\r\n\r\n").into_bytes();
        response.extend(&self.event);
        let handed_out = Instant::now();
        connection.get_mut().write_all(&response)?;
        let request = Request::read(connection)?;
        let answered = Instant::now();
        request.expect("/response ")?;
        connection.get_mut().write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
        Ok(Invocation { handed_out, answered, answer: request.body })
    }
}

impl Request {
    fn read(connection: &mut BufReader<TcpStream>) -> Result<Self, Error> {
        let (mut line, mut length) = (String::new(), 0);
        connection.read_line(&mut line)?;
        loop {
            let mut header = String::new();
            if connection.read_line(&mut header)? == 0 {
                return Err(Error::new(ErrorKind::UnexpectedEof, "the function hung up"));
            }
            match header.trim_end().split_once(':') {
                None => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(Error::other)?;
                }
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        Ok(Self { line, body })
    }

    fn expect(&self, what: &str) -> Result<(), Error> {
        if self.line.contains(what) {
            return Ok(());
        }
        let body = String::from_utf8_lossy(&self.body);
        Err(Error::other(format!("it asked `{}`: {body}", self.line.trim_end())))
    }
}
